/**
 * What a run answers and where it has losses. Our own networks answer at every step through one linear readout; a
 * recorded module may answer once for all, with its states themselves, or have a loss of its own.
 */

/** Whether anything is answered that is not a state: without target and loss, L is a sum of states. */
export function answers({ meta }) {
  return meta.loss_kind !== "sum";
}

/** Whether there is an answer at step t. */
export function answersAt({ meta }, t) {
  return (meta.answered !== "once" || t === meta.T - 1) && t >= (meta.segments?.at(-1)?.start ?? 0);
}

export function hasTarget({ meta }, run, t) {
  const row = run.targets.row(t);
  return meta.kind === "symbols" ? row[0] >= 0 : row.some((v) => !Number.isNaN(v));
}

/** Why step t has a loss: "target", "own" a function of one's own, "sum" of last states; or none: "no_target", "later", "elsewhere". */
export function lossAt(data, run, t) {
  const { T, directions, loss, loss_kind: kind } = data.meta;
  const [first, last] = [t === 0, t === T - 1];
  if (kind === "sum") return last || (first && directions === 2) ? "sum" : "elsewhere";
  if (kind === "own") return last || loss === "every" ? "own" : "elsewhere";
  if (!hasTarget(data, run, t)) return "no_target";
  return loss === "last" && t !== lastTarget(data, run) ? "later" : "target";
}

/** Whether step t has a loss of its own. */
export function hasLoss(data, run, t) {
  return ["target", "own", "sum"].includes(lossAt(data, run, t));
}

const lasts = new WeakMap();

/** The last step that has a target, found once a run. */
function lastTarget(data, run) {
  if (!lasts.has(run)) {
    let t = data.meta.T - 1;
    while (t >= 0 && !hasTarget(data, run, t)) t--;
    lasts.set(run, t);
  }
  return lasts.get(run);
}
