/**
 * A button whose label names the step at which a stage stands, and that tells Python this step when it is pressed.
 */

/** @typedef {{button: HTMLButtonElement, observer: MutationObserver, calls: number, name: () => void}} Host */

/** @type {WeakMap<Element, Host>} */
const hosts = new WeakMap();

/**
 * @param {{data: {label: string, stage: string, first: number}, parentElement: HTMLElement,
 *   setTriggerValue: (name: string, value: number) => void}} component
 */
export default function stepButton({ data, parentElement, setTriggerValue }) {
  const host = hosts.get(parentElement) ?? make(parentElement);
  const call = ++host.calls;
  const seen = () => Number(stageOf(data.stage)?.dataset.t ?? data.first);
  host.name = () => {
    const words = data.label.replace("{step}", String(seen() + 1));
    if (host.button.textContent !== words) host.button.textContent = words;
  };
  host.button.onclick = () => setTriggerValue("step", seen());
  host.name();
  follow(host, call, data.stage);
  return () => {
    if (call !== host.calls) return;
    host.calls += 1;
    host.observer.disconnect();
  };
}

/** @returns {Host} */
function make(parent) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "site-link";
  parent.replaceChildren(button);
  const host = { button, observer: new MutationObserver(() => host.name()), calls: 0, name: () => {} };
  hosts.set(parent, host);
  return host;
}

/** Watch the stage's step. The stage may come after the button; it is waited for a quarter of a minute. */
function follow(host, call, key, tries = 150) {
  if (call !== host.calls) return;
  const stage = stageOf(key);
  if (!stage) {
    if (tries) setTimeout(() => follow(host, call, key, tries - 1), 100);
    return;
  }
  host.observer.disconnect();
  host.observer.observe(stage, { attributes: true, attributeFilter: ["data-t"] });
  host.name();
}

function stageOf(key) {
  return document.querySelector(`[data-stage="${CSS.escape(key)}"]`);
}
