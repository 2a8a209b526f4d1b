/**
 * Put a stage where Streamlit wants it, keep it while its data change, take it away when the page goes.
 *
 * Streamlit calls the default export again with every change of data or theme, and of two calls that overlap it runs
 * the cleanup of the earlier one late. So a host remembers how often it was called, and only the latest call counts.
 */
import { Feed } from "./feed.js";

/**
 * @typedef {{calls: number, queue: Promise<void>, stage: null | {update: Function, grow: Function, destroy: Function}, feed: null | Feed}} Host
 * @typedef {{stage: string, words: string, payload?: object, feed?: string, turn?: number, given?: object}} Data
 *   `payload` whole, or `feed`, the address of a training to follow, and `given`, what the page adds to its payload
 */

/** @type {WeakMap<Element, Host>} */
const hosts = new WeakMap();

/** @param {{data: Data, parentElement: HTMLElement}} component */
export default async function attach({ data, parentElement }) {
  const host = hosts.get(parentElement) ?? { calls: 0, queue: Promise.resolve(), stage: null, feed: null };
  hosts.set(parentElement, host);
  const call = ++host.calls;
  host.queue = host.queue.then(async () => {
    if (call === host.calls) await show(host, data, parentElement);
  });
  await host.queue;
  return () => {
    if (call !== host.calls) return;
    host.calls += 1;
    host.feed?.stop();
    host.stage?.destroy();
    host.stage = host.feed = null;
  };
}

/** @param {Host} host @param {Data} data @param {HTMLElement} parent */
async function show(host, data, parent) {
  const href = (path) => new URL(path, document.baseURI).href;
  const [{ mountStage }, words] = await Promise.all([import(href(data.stage)), read(href(data.words))]);
  const whole = async (payload) => {
    const full = { ...payload, ...data.given, words };
    if (host.stage) return host.stage.update(full);
    const element = document.createElement("div");
    parent.replaceChildren(element);
    host.stage = await mountStage(element, full);
    return undefined;
  };
  if (!data.feed) {
    host.feed?.stop();
    host.feed = null;
    return whole(data.payload);
  }
  const address = href(data.feed);
  if (host.feed?.address !== address) {
    host.feed?.stop();
    host.feed = new Feed(address, { more: (delta) => host.stage?.grow(delta), missing: (key) => tell(host, parent, words[key]) });
  }
  host.feed.whole = (payload) => whole({ ...payload, feed: new URL(address).pathname }); // whichever sequence is traced
  return host.feed.turn(data);
}

/** A sentence in the place of a stage that is not there yet. */
function tell(host, parent, words) {
  if (host.stage || !words) return;
  const line = Object.assign(document.createElement("p"), { className: "rv-feed-missing", textContent: words });
  line.setAttribute("role", "status");
  parent.replaceChildren(line);
}

/** @type {Map<string, Promise<Record<string, string>>>} */
const catalogues = new Map();

/** What the stage may say, fetched once: it would be two thirds of every payload. */
function read(url) {
  if (!catalogues.has(url)) catalogues.set(url, fetch(url).then((response) => response.json()));
  return catalogues.get(url);
}
