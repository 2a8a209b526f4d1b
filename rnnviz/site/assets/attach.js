/**
 * Put a stage where Streamlit wants it, keep it while its data change, take it away when the page goes.
 *
 * Streamlit calls the default export again with every change of data or theme, and of two calls that overlap it runs
 * the cleanup of the earlier one late. So a host remembers how often it was called, and only the latest call counts.
 */

/** @typedef {{calls: number, queue: Promise<void>, stage: null | {update: Function, destroy: Function}}} Host */

/** @type {WeakMap<Element, Host>} */
const hosts = new WeakMap();

/** @param {{data: {stage: string, payload: object, failed: string}, parentElement: HTMLElement}} component */
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

/** @param {Host} host @param {{stage: string, payload: object}} data @param {HTMLElement} parent */
async function show(host, data, parent) {
  if (host.stage) {
    await host.stage.update(data.payload);
    return;
  }
  const { mountStage } = await import(new URL(data.stage, document.baseURI).href);
  const element = document.createElement("div");
  parent.replaceChildren(element);
  host.stage = await mountStage(element, data.payload);
}
