/**
 * The entries of the browser's history: which one is shown, and when another is. The Navigation API tells both; where a
 * browser has none, each entry carries a key of its own in its state, whoever writes it.
 */

/**
 * @typedef {{key: string, url: string}} Entry
 * @typedef {(type: string, from: Entry) => void} Tell `type`: "push", "traverse", …
 */

const KEY = "rnnviz";

/** @type {Entry} what is shown, where only the state of the history says it */
const shown = { key: "", url: "" };
let made = 0;

/** The key of the entry that is shown. */
export function keyNow() {
  return globalThis.navigation?.currentEntry.key ?? shown.key;
}

/** Tell whenever another entry is shown. @param {Tell} tell */
export function watch(tell) {
  if (!globalThis.navigation) return keep(tell);
  navigation.addEventListener("currententrychange", ({ navigationType, from }) => tell(navigationType, from));
}

/** @param {Tell} tell */
function keep(tell) {
  const [push, replace] = [history.pushState, history.replaceState].map((write) => write.bind(history));
  const marked = (state) => ({ ...state, [KEY]: shown.key });
  const enter = (key) => Object.assign(shown, { key, url: location.href });
  history.replaceState = (state, ...where) => {
    replace(marked(state), ...where);
    enter(shown.key);
  };
  history.pushState = (state, ...where) => {
    const from = { ...shown };
    shown.key = fresh();
    push(marked(state), ...where);
    enter(shown.key);
    tell("push", from);
  };
  const arrive = (key) => (key ? enter(key) : (enter(fresh()), replace(marked(history.state), "")));
  addEventListener("popstate", () => {
    const [key, from] = [history.state?.[KEY], { ...shown }];
    if (key === from.key) return; // one that was only said to have been gone to
    arrive(key);
    if (key) tell("traverse", from);
  }, { capture: true });
  arrive(history.state?.[KEY]);
}

/** A key that no entry has, not even one from before the page was loaded anew. */
function fresh() {
  return `${performance.timeOrigin} ${++made}`;
}
