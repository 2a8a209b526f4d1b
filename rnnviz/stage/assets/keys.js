/** Which stage the keys belong to. */
const stages = new Set();
export function enter(stage) { stages.add(stage); }
export function leave(stage) { stages.delete(stage); }
document.addEventListener("keydown", (event) => {
  const stage = [...stages].at(-1);
  if (!stage || event.ctrlKey || event.metaKey || event.altKey) return;
  const { cursor } = stage;
  const actions = { ArrowRight: () => cursor.step(1), ArrowLeft: () => cursor.step(-1), Home: () => cursor.first(), End: () => cursor.last(), " ": () => cursor.toggle() };
  const action = actions[event.key];
  if (action) { action(); event.preventDefault(); }
});
