/**
 * Hands on the unrolled graph: clicks choose a step, a unit or a group; the pointer finds edges and nodes; the
 * keyboard has one tab stop, the cursor's column, whose nodes ↑ and ↓ walk through.
 */
import { attr } from "../dom.js";
import { boxOf, edgeAt, endsOf } from "./unrolled-hit.js";
import { isGroup, middle } from "./unrolled-layout.js";
import { Tip } from "./unrolled-tip.js";
import { matrixName, ownerOf, symbol } from "./unrolled-words.js";

export class Pointer {
  /** @param {import("./unrolled.js").Graph} graph */
  constructor(graph) {
    this.graph = graph;
    this.row = 0;
    this.shown = null;
    this.stop = null;
    this.tip = new Tip(graph.data);
  }

  /** The picture was built anew. @param {HTMLElement} window */
  enter(window) {
    this.graph.element.after(this.tip.element); // it may reach beyond the picture
    this.tip.hide();
    this.shown = null;
    this.straight = null;
    attr(this.graph.element, "data-straight", null);
    const on = (type, act) => window.addEventListener(type, act);
    on("click", (event) => this.click(event));
    on("pointermove", (event) => this.move(event));
    on("pointerleave", () => this.leave());
    on("keydown", (event) => this.key(event));
    on("focusin", (event) => this.focus(event));
    on("focusout", () => this.leave());
  }

  columnOf(target) {
    const element = target.closest?.(".rv-u-column");
    return element && this.graph.picture.columns.find((column) => column.element === element);
  }

  nodeOf(column, target) {
    const button = target.closest?.(".rv-u-node");
    return button && column?.nodes.find((node) => node.button === button);
  }

  click(event) {
    const { graph } = this;
    const source = this.sourceOf(event);
    if (source !== null) return graph.cursor.set({ t: source, playing: false });
    if (event.target.closest(".rv-u-later")) return graph.cursor.last();
    const column = this.columnOf(event.target);
    const node = this.nodeOf(column, event.target);
    const token = event.target.closest(".rv-u-token");
    if (event.pointerType === "touch" && !node && !token && this.find(event)) return;
    if (graph.opened && !node && !token) return graph.open(null);
    if (!column) return;
    const t = this.step(column.position);
    if (!node) return graph.cursor.set({ t, playing: false });
    if (isGroup(node.row)) return this.openGroup(node.row, t);
    this.choose(node.row, t);
  }

  /** The step of a position; a column that is no step leads to the one beside it. */
  step(position) {
    return this.graph.layout.track.stepOf(position);
  }

  choose(row, t) {
    const { cursor } = this.graph;
    const { layer } = row.block;
    const again = cursor.unit === row.start && cursor.layer === layer && cursor.t === t;
    cursor.set(again ? { unit: null } : { t, unit: row.start, layer, playing: false });
  }

  openGroup(row, t) {
    const { graph } = this;
    graph.cursor.set({ t, layer: row.block.layer, unit: null, playing: false });
    graph.open({ layer: row.block.layer, start: row.start });
  }

  move(event) {
    const { graph } = this;
    if (event.pointerType === "touch") return; // a finger scrolls; its tap is a click
    const source = this.sourceOf(event);
    if (source !== null) return this.onSource(source, ...this.place(event));
    const vector = event.target.closest?.(".rv-u-vector");
    if (vector) return this.onVector(this.columnOf(vector), vector, ...this.place(event));
    const column = this.columnOf(event.target);
    const node = this.nodeOf(column, event.target);
    if (node) this.onNode(column, node, ...this.place(event));
    else if (!this.find(event)) this.leave();
  }

  /** The encoder's step that the pointer is on in the strip of all its states; null elsewhere. */
  sourceOf(event) {
    const { attention } = this.graph.picture;
    return attention && event.target.closest?.(".rv-u-attention") ? attention.sourceAt(this.place(event)[0]) : null;
  }

  onSource(s, x, y) {
    const { graph } = this;
    this.show({ lines: () => this.tip.source(s, graph.cursor.t, graph.frame), x, y });
    this.point(null);
  }

  onVector(column, { dataset, offsetLeft, offsetWidth }, x, y) {
    const { graph } = this;
    const left = graph.picture.leftOf(column) + offsetLeft;
    const unit = (width) => Math.min(width - 1, Math.max(0, Math.floor(((x - left) / offsetWidth) * width)));
    this.show({ lines: () => this.tip.vector(dataset.vector, unit, column.place.t, graph.frame), x, y });
    this.point(null);
  }

  place(event) {
    const box = this.graph.picture.window.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  /** The edge under the pointer is told of. @returns {boolean} whether there is one */
  find(event) {
    const { graph } = this;
    const [x, y] = this.place(event);
    const hit = edgeAt(graph.layout, graph.weights, graph.scale, graph.start, x - graph.shift, y);
    const position = hit && graph.start + hit.slot;
    const leads = hit && (graph.layout.track.at(position).kind === "step" || hit.kind === "passing");
    const within = hit && ["input", "between"].includes(hit.kind);
    const led = leads && (!graph.folded || (hit.slot === graph.slot && (within || !graph.boxed)));
    if (led) this.onEdge(hit, x, y);
    return Boolean(led);
  }

  onNode(column, { row }, x, y) {
    const { graph } = this;
    const lines = () => this.tip.node(row, column, graph.frame, graph.weights);
    this.show({ lines, x, y, ends: [boxOf(graph.layout, graph.picture.leftOf(column) + graph.layout.slot / 2, row.y)] });
    this.point(null);
    const t = this.step(column.position);
    graph.cursor.set({ hover: isGroup(row) ? null : { quantity: "h", unit: row.start, t } });
  }

  onEdge(hit, x, y) {
    const { graph, tip } = this;
    const recurrent = hit.kind === "forward" || hit.kind === "reverse";
    const position = graph.start + hit.slot;
    const { part } = graph.layout.track.at(position);
    const owner = ownerOf(graph.data.meta, graph.layout.parts[part], hit.to.block);
    const matrix = () => symbol(...matrixName(recurrent ? "h" : "i", graph.weights[part].gate, owner));
    const lines = () => tip[recurrent ? "recurrent" : hit.kind](hit, position, graph.frame, graph.weights[part], matrix);
    this.show({ lines, x, y, above: hit.to.block.top - graph.layout.px(4), ends: endsOf(graph.layout, graph.shift, hit) });
    const straight = hit.kind === "input" || hit.kind === "carry";
    this.point(straight ? null : { ...hit, part }, straight ? hit : null);
  }

  /** Light an edge, or one of the straight lines, and dim all others. */
  point(edge, straight = null) {
    const { element, picture } = this.graph;
    this.graph.point(edge);
    if (straight?.kind === this.straight?.kind && straight?.to === this.straight?.to) return;
    this.straight = straight;
    attr(element, "data-straight", straight ? "" : null);
    for (const { lanes } of picture.columns) lanes.point(straight);
  }

  show(shown) {
    this.shown = shown;
    const { offsetLeft, offsetTop, parentElement } = this.graph.element;
    const { gutter, width } = this.graph.layout;
    const room = { left: -gutter, right: width - gutter, top: -offsetTop, bottom: parentElement.clientHeight - offsetTop };
    this.tip.element.style.left = `${offsetLeft + gutter}px`;
    this.tip.element.style.top = `${offsetTop}px`;
    this.tip.show(shown.lines(), shown, room);
  }

  leave() {
    this.shown = null;
    this.tip.hide();
    this.point(null);
    if (this.graph.cursor.hover?.quantity === "h") this.graph.cursor.set({ hover: null });
  }

  /** After a step: the numbers under the pointer are those of another step. */
  refresh() {
    if (this.shown) this.show(this.shown);
  }

  /** Another view points at a unit: ring its node if it is in the window. */
  echo() {
    const { picture, cursor } = this.graph;
    const { hover } = cursor;
    for (const { nodes, place } of picture.columns) {
      const t = place?.t ?? null;
      for (const { row, button } of nodes) {
        const unit = hover && row.start <= hover.unit && hover.unit < row.stop && row.block.layer === cursor.layer;
        button.classList.toggle("rv-u-echo", Boolean(unit) && hover.quantity === "h" && hover.t === t);
      }
    }
  }

  /** One node of the cursor's column is the tab stop of the graph. @param {boolean} follow and takes the focus along */
  rove(follow = false) {
    const { nodes } = this.graph.current;
    const own = nodes[Math.max(0, Math.min(this.row, nodes.length - 1))];
    const { button } = own.absent ? nodes.find(({ absent }) => !absent) : own;
    if (button !== this.stop) {
      if (this.stop) attr(this.stop, "tabindex", -1);
      attr(button, "tabindex", 0);
      this.stop = button;
    }
    if (follow && button.getRootNode().activeElement !== button) button.focus({ preventScroll: true });
  }

  key(event) {
    if (event.key === "Escape") this.graph.open(null);
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const { graph } = this;
    if (!by || event.ctrlKey || event.metaKey || event.altKey || (graph.cursor.F > 1 && !event.shiftKey)) return;
    const { nodes } = graph.current;
    let row = this.row + by;
    while (nodes[row]?.absent) row += by; // a decoder has no reverse layers
    if (nodes[row]) this.row = row;
    this.rove(true);
    event.preventDefault();
    event.stopPropagation();
  }

  /** A focused node tells what a pointer would be told. */
  focus(event) {
    const { graph } = this;
    const column = this.columnOf(event.target);
    const node = this.nodeOf(column, event.target);
    if (!node || !event.target.matches(":focus-visible")) return;
    this.row = column.nodes.indexOf(node);
    const x = middle(graph.layout, graph.slot) + graph.shift;
    this.show({ lines: () => this.tip.node(node.row, graph.current, graph.frame, graph.weights), x, y: node.row.y, ends: [boxOf(graph.layout, x, node.row.y)] });
  }
}
