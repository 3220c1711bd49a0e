// What every picker does; `file.js` and `photo.js` follow it in one script. The renderer must not see the <input type=file>, or phones
// open neither picker nor camera: it is appended to the body, and a <label for> on the page opens it. It lives until that label
// leaves the page.
// Receives { input, label, testid, maxBytes } and what the script behind it needs; sends { refused: 'bridge' }.
const set = await dioxus.recv();
const byId = id => document.getElementById(id);
for (let tries = 0; !byId(set.label); tries++) {
  if (tries > 200) { dioxus.send({ refused: 'bridge' }); return; }
  await new Promise(done => setTimeout(done, 20));
}
const input = document.createElement('input');
input.type = 'file';
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

// Calls `picked` for each choice, for as long as the label is there.
const listen = async picked => {
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
};
