// Picks one file. As with photos, the renderer must not see the <input type=file>, or phones open no picker: it is appended to the
// body, and a <label for> on the page opens it. It lives until that label leaves the page.
// Receives { input, label, testid, maxBytes }; sends { begin: 1 }, { file: base64 } and { refused }.
const set = await dioxus.recv();
const byId = id => document.getElementById(id);
for (let tries = 0; !byId(set.label); tries++) {
  if (tries > 200) { dioxus.send({ refused: 'bridge' }); return; }
  await new Promise(done => setTimeout(done, 20));
}
const input = document.createElement('input');
input.type = 'file';
// No list of types: Android knows none for this ending and would grey every file out.
input.id = set.input;
if (set.testid) input.setAttribute('data-testid', set.testid + '-input');
input.style.display = 'none';
document.body.appendChild(input);

const base64 = blob => new Promise((done, fail) => {
  const reader = new FileReader();
  reader.onload = () => done(reader.result.split(',')[1] || '');
  reader.onerror = () => fail(reader.error);
  reader.readAsDataURL(blob);
});
const picked = async () => {
  const file = input.files[0];
  if (!file) return;
  dioxus.send({ begin: 1 });
  try {
    dioxus.send(file.size > set.maxBytes ? { refused: 'too-large' } : { file: await base64(file) });
  } catch (_) { dioxus.send({ refused: 'unreadable' }); }
  input.value = '';
};
const byKey = event => {
  if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); input.click(); }
};
input.addEventListener('change', picked);
byId(set.label).addEventListener('keydown', byKey);

// The label may be drawn anew under the same id, so look for the id and not for the element.
await new Promise(done => {
  const watch = new MutationObserver(() => {
    if (!byId(set.label)) { watch.disconnect(); done(); }
  });
  watch.observe(document.body, { childList: true, subtree: true });
});
input.removeEventListener('change', picked);
input.remove();
