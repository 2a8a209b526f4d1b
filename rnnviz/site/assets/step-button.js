/**
 * A button whose label names the step at which a stage stands, and that tells Python this step when it is pressed.
 */

/** @type {WeakMap<Element, {button: HTMLButtonElement, observer: MutationObserver}>} */
const shown = new WeakMap();

/**
 * @param {{data: {label: string, stage: string, first: number}, parentElement: HTMLElement,
 *   setTriggerValue: (name: string, value: number) => void}} component
 */
export default function stepButton({ data, parentElement, setTriggerValue }) {
  const { button, observer } = shown.get(parentElement) ?? make(parentElement);
  const seen = () => Number(stageOf(data.stage)?.dataset.t ?? data.first);
  const name = () => {
    const words = data.label.replace("{step}", String(seen() + 1));
    if (button.textContent !== words) button.textContent = words;
  };
  button.onclick = () => setTriggerValue("step", seen());
  button.rename = name;
  name();
  follow(observer, data.stage);
  return () => observer.disconnect();
}

function make(parent) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "site-link";
  const observer = new MutationObserver(() => button.rename());
  parent.replaceChildren(button);
  shown.set(parent, { button, observer });
  return { button, observer };
}

/** Watch the stage's step; the stage may come after the button, and the wait for it ends with the first one. */
function follow(observer, key, tries = 100) {
  observer.disconnect();
  const stage = stageOf(key);
  if (stage) observer.observe(stage, { attributes: true, attributeFilter: ["data-t"] });
  else if (tries) setTimeout(() => follow(observer, key, tries - 1), 100);
}

function stageOf(key) {
  return document.querySelector(`[data-stage="${CSS.escape(key)}"]`);
}
