/**
 * The keyboard: one listener on the document for all stages, so that a step is one key press wherever one is on the
 * page, and nothing that a text field or a native control needs is taken from it.
 */

/** @type {Set<object>} stages that are mounted, in the order of mounting */
const stages = new Set();
/** The stage that was last pointed at or focused. */
let latest = null;
/** Whether the Space that is held down was ours: its keyup must not press the button it lies on. */
let swallowed = false;

/** What the focus went to last, and whether it came there by the keyboard. */
let focused = { target: null, visible: true };

/** What each key does to a stage. */
const ACTIONS = {
  ArrowRight: ({ cursor }) => cursor.step(1),
  ArrowLeft: ({ cursor }) => cursor.step(-1),
  Home: ({ cursor }) => cursor.first(),
  End: ({ cursor }) => cursor.last(),
  ArrowUp: ({ cursor }) => cursor.set({ frame: cursor.frame + 1 }),
  ArrowDown: ({ cursor }) => cursor.set({ frame: cursor.frame - 1 }),
  "[": ({ cursor }) => cursor.pace(-1),
  "]": ({ cursor }) => cursor.pace(1),
  " ": ({ cursor }) => cursor.toggle(),
  f: (stage) => stage.fullscreen(),
  "?": (stage) => stage.help(),
  Escape: ({ cursor }) => cursor.set({ unit: null, gate: null }),
};
/** What moves to another step, and how fast. */
const PACED = new Set(["ArrowRight", "ArrowLeft", "Home", "End", "[", "]", " "]);
const ONCE = new Set([" ", "f", "?", "Escape"]);

/** The stage takes part in the keys. */
export function enter(stage) {
  if (!stages.size) {
    document.addEventListener("keydown", pressed);
    document.addEventListener("keyup", released);
    document.addEventListener("focusin", focuses, true);
    document.addEventListener("keydown", intercept, true);
  }
  if (stages.has(stage)) return;
  stages.add(stage);
  stage.root.addEventListener("pointerdown", () => (latest = stage));
  stage.root.addEventListener("focusin", () => (latest = stage));
  stage.root.addEventListener("keydown", shield, true);
}

export function leave(stage) {
  stages.delete(stage);
  if (latest === stage) latest = null;
  if (stages.size) return;
  document.removeEventListener("keydown", pressed);
  document.removeEventListener("keyup", released);
  document.removeEventListener("focusin", focuses, true);
  document.removeEventListener("keydown", intercept, true);
}

/** Asked when the focus arrives: a browser calls every focus visible as soon as any key goes down. */
function focuses(event) {
  const [target] = event.composedPath();
  focused = { target, visible: !(target instanceof Element) || target.matches(":focus-visible") };
}

/** Streamlit reruns on `r` and clears its caches on `c`, even with the focus in here: they end at the stage. */
function shield(event) {
  if (/^[rc]$/i.test(event.key) && !chorded(event)) event.stopPropagation();
}

/**
 * A choice that was clicked keeps the focus, and its group keeps the arrow keys to itself. Whoever clicked "GRU" and
 * presses → means the next step; whoever came by Tab means the next choice.
 */
function intercept(event) {
  if (!/^(Arrow(Left|Right)|Home|End)$/.test(event.key) || chorded(event) || !chosen(event.composedPath()[0])) return;
  event.stopPropagation();
  pressed(event);
}

function pressed(event) {
  const action = ACTIONS[event.key];
  if (!action || event.defaultPrevented || event.isComposing || chorded(event)) return;
  const path = event.composedPath();
  const stage = [...stages].find(({ root }) => path.includes(root)) ?? latest ?? principal();
  if (!stage?.cursor || document.querySelector("dialog[open]") || stage.root.querySelector("dialog[open]")) return;
  if (taken(path[0], event.key)) return;
  if (stage.cursor.T < 2 && PACED.has(event.key)) return; // there is no other step
  if ((event.key === "ArrowUp" || event.key === "ArrowDown") && stage.cursor.F < 2) return; // the page scrolls
  if (event.key === "Escape" && stage.cursor.unit === null && stage.cursor.gate === null) return;
  event.preventDefault();
  if (event.repeat && ONCE.has(event.key)) return;
  swallowed = event.key === " ";
  action(stage);
}

/** Whether the focus is here because of a click. */
function clicked(target) {
  return focused.target === target && !focused.visible;
}

/** Whether this is one of several drawn choices, and was clicked. */
function chosen(target) {
  return target instanceof Element && clicked(target) && target.localName !== "input" && Boolean(target.closest("[role=radio], [role=tab]"));
}

function released(event) {
  if (event.key === " " && swallowed) {
    swallowed = false;
    event.preventDefault();
  }
}

/** The page's main stage: the last full one, or the last of all. */
function principal() {
  const all = [...stages].reverse();
  return all.find(({ payload }) => payload?.stage.size !== "small") ?? all[0];
}

/** A key held with Ctrl, Alt or Meta belongs to the browser; AltGr only spells `[` on many keyboards. */
function chorded(event) {
  return (event.ctrlKey || event.altKey || event.metaKey) && !event.getModifierState("AltGraph");
}

const TYPED = /^(text|search|url|tel|email|password|number|date|datetime-local|month|week|time|color|file)$/;
const WRITTEN = "textarea, select, [role=textbox], [role=searchbox], [role=combobox], [role=spinbutton]";
const LISTED = "[role=listbox], [role=menu], [role=menubar], [role=grid], [role=treegrid], [role=tree]";
const ARROWS = "input[type=radio], input[type=range], [role=radio], [role=slider], [role=tab], audio, video";
const PRESSED = "button, summary, input:not([type=range]), [role=button], [role=checkbox], [role=switch], [role=link], [role=tab]";

/**
 * Whether the element that has the focus uses this key itself.
 * @param {any} target @param {string} key
 */
export function taken(target, key) {
  if (!(target instanceof Element)) return false;
  if (target.isContentEditable || target.closest(WRITTEN) || target.closest(LISTED)) return true;
  if (target.localName === "input" && TYPED.test(target.type)) return true;
  const widget = chosen(target) ? null : target.closest(ARROWS);
  if (key === " ") {
    // A button that was clicked keeps the focus; Space presses it only when the focus is seen to be there.
    return Boolean(target.closest(PRESSED)) && !clicked(target);
  }
  // Whoever dragged the slider of the runs and presses → means the next step; ↑ and ↓ are the slider's either way.
  if (widget?.hasAttribute("data-rv-frames") && clicked(target) && /^(ArrowLeft|ArrowRight|Home|End)$/.test(key)) return false;
  if (widget && !widget.hasAttribute("data-rv-scrubber")) return /^(Arrow|Home|End|Page)/.test(key);
  return false;
}
