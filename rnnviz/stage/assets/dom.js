/**
 * Making and changing elements. What a person typed enters by textContent only.
 */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An HTML element: `el("button", {class: "rv-button", onclick: go, "aria-label": "Play"}, "▶")`.
 * @param {string} tag
 * @param {Record<string, any>} [props] attributes; functions under `on…` are listeners; `style` may be an object;
 *   `null`, `undefined` and `false` are left out
 * @param {...(Node|string|number|null|undefined|false)} children strings become text nodes
 * @returns {any}
 */
export function el(tag, props = {}, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** An SVG element, made the same way. @returns {any} */
export function svg(tag, props = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

function fill(node, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on") && typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (name === "style" && typeof value === "object") style(node, value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== false) node.append(child);
  }
  return node;
}

/** Set several style properties, custom ones (`--rv-…`) too. */
export function style(node, properties) {
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("--")) node.style.setProperty(name, String(value));
    else node.style[name] = value;
  }
}

/** Change the text of an element, and only if it is another one. Reuses the text node. */
export function text(node, value) {
  const words = String(value);
  const first = node.firstChild;
  if (first && first === node.lastChild && first.nodeType === 3) {
    if (first.data !== words) first.data = words;
  } else node.textContent = words;
}

/** Change an attribute, and only if it is another one; `null` removes it. */
export function attr(node, name, value) {
  if (value === null || value === undefined) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
  } else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, String(value));
}

/**
 * Show a number of the trace: its text, and the attributes by which tests and assistive tools find it.
 * @param {any} node
 * @param {import("./arrays.js").Data} data
 * @param {number} value
 * @param {{quantity?: string, unit?: number|null, step?: number|null, digits?: number}} [what]
 *   unit and step count from 0
 */
export function number(node, data, value, what = {}) {
  text(node, data.format(value, what.digits ?? 2));
  attr(node, "data-value", String(value));
  if (what.quantity !== undefined) attr(node, "data-quantity", what.quantity);
  if (what.unit !== undefined) attr(node, "data-unit", what.unit);
  if (what.step !== undefined) attr(node, "data-step", what.step);
}

/** A bar as long as a share of its room: a matter of its background, so that nothing is laid out or moved for it. */
export function stretch(bar, share) {
  bar.style.backgroundSize = `${Number.isFinite(share) ? (100 * share).toFixed(2) : 0}% 100%`;
}

/**
 * The heading of a view and the sentence that says what to look for, as every view has them. Names the section.
 * @param {HTMLElement} section the view's element
 * @param {string} title
 * @param {string} [hint]
 * @returns {{title: HTMLElement, hint: HTMLElement, head: HTMLElement}}
 */
export function heading(section, title, hint = "") {
  const id = unique("rv-title");
  const heads = { title: el("h3", { class: "rv-title", id }, title), hint: el("p", { class: "rv-hint" }, hint) };
  const head = el("div", { class: "rv-head" }, heads.title, heads.hint);
  section.setAttribute("role", "group");
  section.setAttribute("aria-labelledby", id);
  section.append(head);
  return { ...heads, head };
}

let count = 0;

/** An id that no other element has. */
export function unique(prefix) {
  count += 1;
  return `${prefix}-${count}`;
}

/** The name of a unit as people count: from 1, or the name that the network gives it. */
export function unitName(data, unit) {
  return data.meta.unit_names?.[unit] ?? data.say("stage.unit", { n: unit + 1 });
}

const SIGNS = { " ": "␣", "\n": "⏎", "\t": "⇥", "\r": "␍", "\u00a0": "␣" };

/** A symbol as it is drawn: white space gets a sign. */
export function symbol(label) {
  return [...label].map((sign) => SIGNS[sign] ?? sign).join("");
}
