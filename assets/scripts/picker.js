// The common part of the pickers; `file.js` or `photo.js` follows it in one script. Dioxus must not render the <input
// type=file>, because then phones open neither picker nor camera. So it is appended to the body, a <label for> on the
// page opens it, and it is removed with that label. Receives { input, label, testid, maxBytes } and the settings of
// the script that follows. Sends { refused: 'bridge' } if the label does not appear.
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

// Calls `picked` for each choice until the label is removed.
const listen = async picked => {
  const byKey = event => {
    if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); input.click(); }
  };
  input.addEventListener('change', picked);
  byId(set.label).addEventListener('keydown', byKey);
  // Dioxus may replace the label by another one with the same id, so look for the id and not for the element.
  await new Promise(done => {
    const watch = new MutationObserver(() => {
      if (!byId(set.label)) { watch.disconnect(); done(); }
    });
    watch.observe(document.body, { childList: true, subtree: true });
  });
  input.removeEventListener('change', picked);
  input.remove();
};
