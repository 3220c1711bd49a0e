// Takes photos, behind `picker.js`.
// Receives also { camera, many, maxSide }; sends { begin: n }, { photo } and { refused }.
input.accept = 'image/*';
input.multiple = set.many;
if (set.camera) input.setAttribute('capture', 'environment');

// A browser opens a picture that was cut short, and paints the rest grey. So look whether the end is there: of a JPEG the end
// mark after its last scan began (a preview within the head has an end mark too), of a PNG its last chunk.
const whole = async file => {
  const b = new Uint8Array(await file.arrayBuffer());
  if (b[0] === 0xff && b[1] === 0xd8) {
    let at = 2;
    while (at + 4 <= b.length && b[at] === 0xff && b[at + 1] !== 0xda) at += 2 + b[at + 2] * 256 + b[at + 3];
    for (let i = at; i + 1 < b.length; i++) if (b[i] === 0xff && b[i + 1] === 0xd9) return true;
    return false;
  }
  if (b[0] === 0x89 && b[1] === 0x50) return new TextDecoder('latin1').decode(b.subarray(-64)).includes('IEND');
  return true;
};

// Always drawn anew, even when small enough: that leaves behind the position and everything else the camera noted.
const redraw = async file => {
  const image = await createImageBitmap(file);
  const scale = Math.min(1, set.maxSide / Math.max(image.width, image.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(image.width * scale));
  canvas.height = Math.max(1, Math.round(image.height * scale));
  const pen = canvas.getContext('2d');
  pen.fillStyle = 'white';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  const blob = await new Promise(done => canvas.toBlob(done, 'image/jpeg', 0.8));
  if (!blob) throw new Error('no image');
  return { width: canvas.width, height: canvas.height, jpeg: await base64(blob) };
};

const picked = async () => {
  const files = Array.from(input.files);
  if (!files.length) return;
  dioxus.send({ begin: files.length });
  for (const file of files) {
    if (file.size > set.maxBytes) { dioxus.send({ refused: 'too-large' }); continue; }
    try {
      if (!await whole(file)) throw new Error('cut short');
      dioxus.send({ photo: await redraw(file) });
    } catch (_) { dioxus.send({ refused: 'unreadable' }); }
  }
  input.value = '';
};
await listen(picked);
