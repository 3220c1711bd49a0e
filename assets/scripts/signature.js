// Draws on a canvas by finger, pen or mouse. All listeners are on the canvas and are removed with it.
// Receives { canvas } once, then 'clear' any number of times. Sends { png, width, height, length } after each stroke,
// { cleared } after a clear, and { refused } if the canvas does not appear.
const set = await dioxus.recv();
let canvas = null;
for (let tries = 0; !(canvas = document.getElementById(set.canvas)); tries++) {
  if (tries > 200) { dioxus.send({ refused: true }); return; }
  await new Promise(done => setTimeout(done, 20));
}
const style = getComputedStyle(canvas);
// At most twice the CSS size: sharp in print, and about ten kilobytes.
const ratio = Math.min(2, window.devicePixelRatio || 1);
canvas.width = Math.round(canvas.clientWidth * ratio);
canvas.height = Math.round(canvas.clientHeight * ratio);
const pen = canvas.getContext('2d');
let length = 0, last = null;

const blank = () => {
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.fillStyle = 'white';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.scale(ratio, ratio);
  pen.lineWidth = 3.2;
  pen.lineCap = pen.lineJoin = 'round';
  pen.strokeStyle = style.color;
  length = 0;
  last = null;
};
blank();

const at = event => {
  const box = canvas.getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
};
canvas.addEventListener('pointerdown', event => {
  event.preventDefault();
  canvas.setPointerCapture(event.pointerId);
  last = at(event);
  pen.beginPath();
  pen.moveTo(last.x, last.y);
  pen.lineTo(last.x + 0.1, last.y);
  pen.stroke();
});
canvas.addEventListener('pointermove', event => {
  if (!last) return;
  const now = at(event);
  pen.beginPath();
  pen.moveTo(last.x, last.y);
  pen.lineTo(now.x, now.y);
  pen.stroke();
  length += Math.hypot(now.x - last.x, now.y - last.y);
  last = now;
});
const lift = () => {
  if (!last) return;
  last = null;
  dioxus.send({ png: canvas.toDataURL('image/png').split(',')[1], width: canvas.width, height: canvas.height, length });
};
canvas.addEventListener('pointerup', lift);
canvas.addEventListener('pointercancel', lift);

for (;;) {
  await dioxus.recv();
  if (!canvas.isConnected) return;
  blank();
  dioxus.send({ cleared: true });
}
