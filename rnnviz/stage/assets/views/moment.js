/**
 * One moment of a training in words that follow its numbers: the loss, the gates, how far back it hears, what it
 * answers; and the moments at which most happened, with a way there.
 */
import { attr, el, heading, style, text, unitName } from "../dom.js";
import { Facts } from "./moment-facts.js";
import { counted, said } from "./moment-numbers.js";
import { answerWords, gateWords, lossWords, percentage, reachWords } from "./moment-words.js";

const MOST = 5; // sentences of a part

/**
 * @param {HTMLElement} element
 * @param {import("../arrays.js").Data} data with `learning`, of rnnviz/stage/learning.py
 * @param {import("../cursor.js").Cursor} cursor
 */
export function mount(element, data, cursor) {
  element.hidden = !data.learning;
  if (!data.learning) return () => {};
  const facts = new Facts(data);
  const { title } = heading(element, "", data.say("learned.moment_hint"));
  const hue = facts.keeper ? {} : { "--rv-hue": "var(--rv-h)" };
  const parts = { loss: part(data, "loss"), gates: part(data, "gates"), reach: part(data, "reach"), answers: part(data, "answers") };
  style(parts.gates.node, hue);
  const events = eventful(data, cursor);
  element.append(el("div", { class: "rv-moment-body" }, ...Object.values(parts).map(({ node }) => node), events.node));
  let [grown, layer] = [-1, null];
  return cursor.subscribe((_, changed) => {
    if (!changed.has("frame") && !changed.has("F") && !changed.has("layer")) return;
    const k = Math.min(cursor.frame, facts.count - 1);
    if (k < 0) return;
    const updates = facts.update(k);
    text(title, data.say(`learned.moment_title${["_first", "_one"][updates] ?? ""}`, { updates: whole(updates) }));
    fillLoss(parts.loss, facts, k);
    fillGates(parts.gates, facts, k, cursor);
    fillReach(parts.reach, facts, k, cursor);
    fillAnswers(parts.answers, facts, k);
    if (grown !== facts.run.loss.rows + facts.count || layer !== cursor.layer) events.find(facts);
    [grown, layer] = [facts.run.loss.rows + facts.count, cursor.layer];
    events.mark(k);
  }, element);
}

/** One part: a name, a number, and sentences. */
function part(data, name) {
  const label = el("span", { class: "rv-moment-label" }, data.say(`learned.part_${name}`));
  const value = el("strong", { class: "rv-moment-value", "data-moment": name });
  const lines = Array.from({ length: MOST }, () => el("p", { class: "rv-moment-line", hidden: true }));
  const node = el("section", { class: `rv-moment-part rv-moment-${name}` }, el("h4", { class: "rv-moment-head" }, label, value), ...lines);
  return {
    node,
    label: (words) => text(label, words),
    value: (v, words = v === null ? "" : counted(data, v)) => {
      said(value, data, v);
      text(value, words);
    },
    say: (sentences) => lines.forEach((line, j) => {
      line.hidden = !sentences[j];
      if (sentences[j]) text(line, data.say(sentences[j].key, sentences[j].values));
    }),
  };
}

function fillLoss(part, facts, k) {
  const { data } = facts;
  const loss = facts.loss(k);
  const span = facts.span(k);
  part.value(Number.isNaN(loss) ? null : loss);
  part.label(lossName(data, k, span));
  part.say(lossWords(facts, k));
}

/** Whose loss it is: of the minibatch that led to the moment, or of all since the moment before. */
function lossName(data, k, span) {
  if (!k || !span) return data.say("learned.part_loss_first");
  const [from, to] = span;
  return to - from < 2 ? data.say("learned.part_loss", { n: whole(to) }) : data.say("learned.part_loss_mean", { n: whole(to - from) });
}

function fillGates(part, facts, k, cursor) {
  const gate = facts.gate(k, cursor);
  part.label(facts.data.say(gate ? `learned.part_gate_${facts.keeper}` : "learned.part_still"));
  const v = gate ? gate.mean : facts.still(k, cursor);
  part.value(v, gate ? facts.data.format(v) : facts.data.say("learned.percent", { percent: percentage(v) }));
  part.say(gateWords(facts, k, cursor));
}

function fillReach(part, facts, k, cursor) {
  const reach = facts.reach(k, cursor);
  part.node.hidden = !reach;
  if (!reach) return;
  part.label(facts.data.say(`learned.part_reach_${reach.kind}`));
  part.value(reach.steps, facts.data.say(reach.steps === 1 ? "learned.steps_one" : "learned.steps", { n: reach.steps }));
  part.say(reachWords(facts, k, cursor));
}

function fillAnswers(part, facts, k) {
  const { data } = facts;
  const found = facts.answers(k);
  part.node.hidden = !found;
  if (!found) return;
  const symbols = data.meta.kind === "symbols";
  if (found.total > 1) part.value(symbols ? found.right : found.error, symbols ? data.say("learned.of", { n: found.right, total: found.total }) : counted(data, found.error));
  else part.value(found.answer, symbols ? `“${data.meta.answers[found.answer]}”` : counted(data, found.answer));
  part.say(answerWords(facts, k));
}

/** The moments at which most happened, each with a button that goes there. */
function eventful(data, cursor) {
  const names = ["fall", "gate", "lowest"];
  const rows = Object.fromEntries(names.map((name) => [name, happening(data, cursor, name)]));
  const node = el("section", { class: "rv-moment-part rv-moment-events" }, el("h4", { class: "rv-moment-head" }, data.say("learned.part_events")), ...names.map((name) => rows[name].node));
  return {
    node,
    find: (facts) => {
      const [fall, opening, lowest] = [facts.fall(), facts.opening(cursor), facts.lowest()];
      const between = ({ k }) => ({ from: whole(facts.update(k - 1)), to: whole(facts.update(k)) });
      rows.fall.put(fall?.k ?? null, fall && data.say(fall.below ? "learned.event_fall" : "learned.event_fall_above", { ...between(fall), by: counted(data, fall.by) }));
      rows.gate.put(opening?.k ?? null, opening && data.say(`learned.event_${facts.keeper}`, { to: whole(facts.update(opening.k)), unit: unitName(data, opening.unit), by: data.format(opening.by) }), opening?.unit);
      rows.lowest.put(lowest, lowest === null ? null : data.say("learned.event_lowest", { to: whole(facts.update(lowest)) }));
      node.hidden = facts.count < 2;
    },
    mark: (k) => names.forEach((name) => rows[name].mark(k)),
  };
}

function happening(data, cursor, name) {
  const words = el("span");
  const button = el("button", { class: "rv-button rv-moment-go", type: "button", "data-rv-keep": `moment-${name}` }, data.say("learned.go"));
  const node = el("p", { class: "rv-moment-event", "data-event": name }, words, button);
  let [at, look] = [null, {}];
  button.addEventListener("click", () => at !== null && cursor.set({ frame: at, ...look }));
  return {
    node,
    put: (k, sentence, unit) => {
      [at, look] = [k, unit === undefined ? {} : { unit }];
      node.hidden = k === null;
      attr(node, "data-frame", k);
      if (sentence) {
        text(words, sentence);
        attr(button, "aria-label", `${data.say("learned.go")}: ${sentence}`);
      }
    },
    mark: (k) => {
      if (button.disabled !== (k === at)) button.disabled = k === at;
      text(button, data.say(k === at ? "learned.here" : "learned.go"));
    },
  };
}

/** A whole number with its thousands apart. */
function whole(n) {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ",");
}
