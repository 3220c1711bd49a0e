// Picks one file; runs after `picker.js` in one script. It sets no `accept`: Android has no type for the extension of
// bundles and would disable every file. Sends { begin: 1 }, { file: base64 } and { refused }.
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
