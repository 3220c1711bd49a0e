// Reports whether the connection is metered. Sends { metered } at once and after each change: true for mobile data,
// or if the browser is set to save data; null where the platform does not say.
const link = navigator.connection;
const metered = () => {
  if (!link) return null;
  if (link.saveData === true || link.type === 'cellular') return true;
  return !link.type || link.type === 'unknown' ? null : false;
};
let reported;
const report = () => {
  const now = metered();
  if (now === reported) return;
  reported = now;
  dioxus.send({ metered: now });
};
report();
if (link && link.addEventListener) link.addEventListener('change', report);
// Keeps the script alive as long as the page.
for (;;) await dioxus.recv();
