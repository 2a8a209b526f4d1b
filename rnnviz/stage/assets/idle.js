/** What can wait until the page has nothing else to do. */

/** Do something then. Returns what calls it off. @param {() => void} act @returns {() => void} */
export function whenIdle(act) {
  const [ask, drop] = globalThis.requestIdleCallback ? [requestIdleCallback, cancelIdleCallback] : [setTimeout, clearTimeout];
  const asked = ask(act);
  return () => drop(asked);
}
