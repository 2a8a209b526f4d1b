/** What of two payloads of a stage is the same: whether one run can take the place of another, and which frame is which. */
import { viewModule } from "./parts.js";

/** Whether one run can take the place of another in what stands already: all but its numbers is the same. */
export function alike(one, other) {
  return one.words === other.words && !one.learning && !other.learning && form(one) === form(other);
}

/** What decides how a stage is built, of its payload; what a run came to is no part of it. */
function form({ meta, frames, baseline, figures, words, stage, ...rest }) {
  const { nonfinite, written, hypotheses, stopped, ...lasting } = meta;
  const views = stage.views.map(({ view, area }) => [view, area]);
  return JSON.stringify([lasting, frames.length, Boolean(baseline), { ...stage, views }, rest]);
}

/** Whether a view goes on showing another run where it stands: what is asked of it is the same, and it says so of itself. */
export function stays({ name, data }, { options = {} }) {
  return JSON.stringify(options) === JSON.stringify(data.options) && viewModule(name)?.renews?.(data);
}

/** The frame to look at in new data: of a training that stays the same, the moment that was looked at, or the newest still. */
export function sameFrame({ learning, feed }, before, cursor, F) {
  if (!learning || !before?.learning) return learning && cursor.live ? F - 1 : cursor.frame;
  return cursor.live || feed !== before.feed ? F - 1 : learning.nearest(before.learning.update[cursor.frame] ?? Infinity);
}

/** Whether a stage leads its page: the link is its own, and the moments of a training are those that it has. */
export function leads({ stage }) {
  return stage.address ?? stage.size !== "small";
}

/** Which of the stacked runs is the one that was asked for, in words: when that changes, it is what one wants to see. */
export function ownFrame({ stage, frame_title: title, frame_labels: labels }) {
  return stage.frame === undefined ? "" : `${title} ${labels?.[stage.frame] ?? stage.frame}`;
}
