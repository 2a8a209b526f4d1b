/**
 * The letters of the page's equations: those of the stage, whose link names them. Who chooses others here chooses them
 * in the stage's panel, and Python is told of whatever is chosen there.
 */

/** @typedef {{buttons: Map<string, HTMLButtonElement>, observer: MutationObserver, calls: number, told: string, tell: () => void}} Host */

/** @type {WeakMap<Element, Host>} */
const hosts = new WeakMap();

/**
 * @param {{data: {stage: string, label: string, names: Record<string, string>, chosen: string}, parentElement: HTMLElement,
 *   setTriggerValue: (name: string, value: string) => void}} component
 */
export default function letters({ data, parentElement, setTriggerValue }) {
  const host = hosts.get(parentElement) ?? make(parentElement, data);
  const call = ++host.calls;
  const choose = (notation) => {
    for (const [name, button] of host.buttons) button.setAttribute("aria-pressed", String(name === notation));
    if (notation !== host.told) setTriggerValue("notation", (host.told = notation));
  };
  host.tell = () => choose(panelOf(data.stage)?.dataset.notation ?? host.told);
  for (const [name, button] of host.buttons) button.onclick = () => put(data.stage, name) || choose(name);
  follow(host, call, data.stage);
  return () => {
    if (call !== host.calls) return;
    host.calls += 1;
    host.observer.disconnect();
  };
}

/** @returns {Host} */
function make(parent, { label, names, chosen }) {
  const buttons = new Map();
  const group = document.createElement("div");
  group.className = "site-letters";
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", label);
  for (const [name, words] of Object.entries(names)) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: words });
    button.setAttribute("aria-pressed", String(name === chosen));
    buttons.set(name, button);
    group.append(button);
  }
  parent.replaceChildren(group);
  const host = { buttons, observer: new MutationObserver(() => host.tell()), calls: 0, told: chosen, tell: () => {} };
  hosts.set(parent, host);
  return host;
}

/** Watch the letters of the stage's panel. The stage may come after this; it is waited for a quarter of a minute. */
function follow(host, call, key, tries = 150) {
  if (call !== host.calls) return;
  const stage = stageOf(key);
  if (!stage || !panelOf(key)) {
    if (tries) setTimeout(() => follow(host, call, key, tries - 1), 100);
    return;
  }
  host.observer.disconnect();
  host.observer.observe(stage, { attributes: true, subtree: true, attributeFilter: ["data-notation"] });
  host.tell();
}

/** Choose letters in the panel's own list; whether there is one. */
function put(key, notation) {
  const list = panelOf(key)?.querySelector("select.rv-eq-notation");
  if (!list) return false;
  list.value = notation;
  list.dispatchEvent(new Event("change"));
  return true;
}

function panelOf(key) {
  return stageOf(key)?.querySelector("[data-notation]");
}

function stageOf(key) {
  return document.querySelector(`[data-stage="${CSS.escape(key)}"]`);
}
