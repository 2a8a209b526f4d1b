/**
 * Put a stage where Streamlit wants it, keep it while its data change, take it away when the page goes.
 *
 * Streamlit calls the default export again with every change of data or theme, and of two calls that overlap it runs
 * the cleanup of the earlier one late. So a host remembers how often it was called, and only the latest call counts.
 */

/** @typedef {{calls: number, queue: Promise<void>, stage: null | {update: Function, destroy: Function}}} Host */

/** @type {WeakMap<Element, Host>} */
const hosts = new WeakMap();

/** @param {{data: {stage: string, words: string, payload: object}, parentElement: HTMLElement}} component */
export default async function attach({ data, parentElement }) {
  const host = hosts.get(parentElement) ?? { calls: 0, queue: Promise.resolve(), stage: null };
  hosts.set(parentElement, host);
  const call = ++host.calls;
  host.queue = host.queue.then(async () => {
    if (call === host.calls) await show(host, data, parentElement);
  });
  await host.queue;
  return () => {
    if (call !== host.calls) return;
    host.calls += 1;
    host.stage?.destroy();
    host.stage = null;
  };
}

/** @param {Host} host @param {{stage: string, words: string, payload: object}} data @param {HTMLElement} parent */
async function show(host, data, parent) {
  const href = (path) => new URL(path, document.baseURI).href;
  const [{ mountStage }, words] = await Promise.all([import(href(data.stage)), read(href(data.words))]);
  const payload = { ...data.payload, words };
  if (host.stage) {
    await host.stage.update(payload);
    return;
  }
  const element = document.createElement("div");
  parent.replaceChildren(element);
  host.stage = await mountStage(element, payload);
}

/** @type {Map<string, Promise<Record<string, string>>>} */
const catalogues = new Map();

/** What the stage may say, fetched once: it would be two thirds of every payload. */
function read(url) {
  if (!catalogues.has(url)) catalogues.set(url, fetch(url).then((response) => response.json()));
  return catalogues.get(url);
}
