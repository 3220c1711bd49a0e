// Picks photos; runs after `picker.js` in one script. Sends the bytes of each file unchanged: the device core
// decodes, turns, downsizes and encodes a photo, once, and is the only place that checks its type and completeness.
// Receives also { camera, many }. Sends { begin: n }, then for each file { slice } any number of times and { end:
// bytes }, or { refused }.
input.accept = 'image/*';
input.multiple = set.many;
if (set.camera) input.setAttribute('capture', 'environment');

// Three quarters of a MiB are 1 MiB in base64: a message that no WebView stalls on. A multiple of 3, so that the
// slices join without padding between them.
const SLICE = 768 * 1024;

const sendFile = async file => {
  for (let at = 0; at < file.size; at += SLICE) {
    dioxus.send({ slice: await base64(file.slice(at, at + SLICE)) });
    // Lets the page draw between two slices of a large photo.
    await new Promise(done => setTimeout(done));
  }
  dioxus.send({ end: file.size });
};

const picked = async () => {
  const files = Array.from(input.files);
  if (!files.length) return;
  dioxus.send({ begin: files.length });
  for (const file of files) {
    if (file.size > set.maxBytes) { dioxus.send({ refused: 'too-large' }); continue; }
    try { await sendFile(file); } catch (_) { dioxus.send({ refused: 'unreadable' }); }
  }
  input.value = '';
};
await listen(picked);
