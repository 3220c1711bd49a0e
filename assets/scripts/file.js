// Picks one file, behind `picker.js`. No list of types: Android knows none for this ending and would grey every file out.
// Sends { begin: 1 }, { file: base64 } and { refused }.
const picked = async () => {
  const file = input.files[0];
  if (!file) return;
  dioxus.send({ begin: 1 });
  try {
    dioxus.send(file.size > set.maxBytes ? { refused: 'too-large' } : { file: await base64(file) });
  } catch (_) { dioxus.send({ refused: 'unreadable' }); }
  input.value = '';
};
await listen(picked);
