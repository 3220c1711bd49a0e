// What the platform says of the connection: sends { metered } at once and after each change: true for mobile data, or when
// somebody asked the browser to save data; null where the platform does not say, so that nothing is claimed.
const link = navigator.connection;
const metered = () => {
  if (!link) return null;
  if (link.saveData === true || link.type === 'cellular') return true;
  return !link.type || link.type === 'unknown' ? null : false;
};
let said;
const say = () => {
  const now = metered();
  if (now === said) return;
  said = now;
  dioxus.send({ metered: now });
};
say();
if (link && link.addEventListener) link.addEventListener('change', say);
// Lives as long as the page.
for (;;) await dioxus.recv();
