/**
 * The head of the graph: its title, what is read and written, the steps in sight, and the choice of the gate whose
 * weights are shown.
 */
import { attr, el, heading, text } from "../dom.js";
import { recurs, translates } from "../shape.js";
import { Told } from "./unrolled-told.js";
import { matrixName, phrase, symbol } from "./unrolled-words.js";

export class Heading {
  /** @param {HTMLElement} section @param {(gate: string) => void} choose */
  constructor(section, data, choose) {
    this.data = data;
    this.heads = heading(section, data.say("graph.title"));
    this.told = new Told(data);
    if (this.told.element) this.heads.title.after(this.told.element);
    this.steps = el("span", { class: "rv-u-steps" });
    this.buttons = data.meta.gates.map((gate) => this.button(gate, choose));
    if (!this.buttons.length) return;
    const label = data.say("graph.gates");
    const gates = el("div", { class: "rv-u-gates", role: "group", "aria-label": label });
    gates.append(el("span", { class: "rv-u-what", "aria-hidden": "true" }, label), ...this.buttons);
    this.heads.head.append(gates);
  }

  button(gate, choose) {
    const label = this.data.say("graph.show_gate", { gate, name: this.data.say(`graph.gate_${gate}`) });
    const props = { type: "button", class: "rv-u-gate", "data-gate": gate, "data-rv-keep": `graph gate ${gate}` };
    const look = { style: `--rv-own: var(--rv-${gate})`, "aria-label": label, title: label };
    return el("button", { ...props, ...look, onclick: () => choose(gate) }, gate);
  }

  /** Say which steps are in sight; a step changes one number of fixed width. */
  show(cursor, [first, last], gate) {
    const folded = cursor.form === "folded" && recurs(this.data.meta);
    const key = this.key(folded, first === last);
    if (this.said !== key + gate) this.write(key, cursor, gate, folded);
    this.told.show(cursor.t, this.data.frame(cursor));
    const steps = folded ? `${cursor.t + 1}` : first === last ? `${first}` : `${first} – ${last}`;
    if (steps.length !== this.steps.textContent.length) this.steps.style.width = `${steps.length - (steps.includes("–") ? 0.9 : 0)}ch`;
    text(this.steps, steps);
  }

  /** What is said of the steps in sight, or of the `single` one. */
  key(folded, single) {
    const { meta } = this.data;
    if (!recurs(meta)) return "graph.hint_feed_forward";
    if (translates(meta)) return folded ? "graph.hint_folded_two" : single ? "graph.hint_two_one" : "graph.hint_two";
    if (meta.layers.length > 1) return folded ? "graph.hint_folded_each" : single ? "graph.hint_each_one" : "graph.hint_each";
    return folded ? "graph.hint_folded" : single ? "graph.hint_one" : "graph.hint";
  }

  /** What there are several of, each with weights of its own. */
  each() {
    const { num_layers: layers, directions } = this.data.meta;
    if (directions === 1) return this.data.say("graph.each_layer");
    return this.data.say(layers > 1 ? "graph.each_both" : "graph.each_direction");
  }

  write(key, cursor, gate, folded) {
    this.said = key + gate;
    const values = { steps: this.steps, T: String(cursor.T), matrix: symbol(...matrixName("h", gate)), each: this.each() };
    this.heads.hint.replaceChildren(...phrase(this.data, key, values));
    text(this.heads.title, this.data.say(folded ? "graph.title_folded" : recurs(this.data.meta) ? "graph.title" : "graph.title_feed_forward"));
    this.told.measure(); // another title leaves it another room
    for (const button of this.buttons) attr(button, "aria-pressed", button.dataset.gate === gate);
  }
}
