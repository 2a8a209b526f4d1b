/** Where the lanes of a training take their numbers from: every update, every validation, every moment that was kept. */

/** The last place in sorted numbers that is not beyond one; −1: all are. */
function lastUpTo(sorted, wanted) {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= wanted) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * What was written down of every update. It stands at the moment that the update led to: its minibatch was read just
 * before, and the network as it was drawn, at 0, has read none.
 * @param {object} run @param {"loss"|"score"|"grad_norm"|"clipped_norm"} name
 */
export function ofUpdates(run, name) {
  const at = (update) => {
    const { rows, data } = run[name];
    return update < 1 || update > rows ? NaN : data[update - 1];
  };
  return { count: () => run[name].rows, update: (k) => k + 1, value: (k) => run[name].data[k], at };
}

/** The validations of a run; between two of them the earlier one holds. */
export function ofValidations(run, name) {
  const at = (update) => (update > run.loss.rows ? NaN : (run.validation[name].data[lastUpTo(run.validation.update, update)] ?? NaN));
  return { count: () => run.validation.update.length, update: (k) => run.validation.update[k], value: (k) => run.validation[name].data[k], at };
}

/**
 * A number of each moment that was kept, worked out when it is first asked for.
 * @param {object} data @param {(arrays: object) => number} pick
 */
export function ofMoments(data, pick) {
  const { learning, frames } = data;
  const known = [];
  const count = () => Math.min(frames.length, learning.update.length);
  const value = (k) => (known[k] ??= pick(frames[k]));
  return { count, update: (k) => learning.update[k], value, at: (update) => value(Math.min(count() - 1, learning.nearest(update))), forget: () => (known.length = 0) };
}
