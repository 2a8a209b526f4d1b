/**
 * Where what is told of a point of the picture stands: it covers neither the node that is pointed at nor the two that an
 * edge joins, as far as there is room.
 */

/** How far it stays from what it is about, in px. */
const APART = 8;

/**
 * @typedef {{left: number, right: number, top: number, bottom: number}} Box in px
 * @typedef {{x: number, y: number, above?: number, ends?: Box[]}} About the pointer's place; of an edge the height above
 *   which no other edge of its block is hidden; what must not be covered
 */

/** The left and top of a box. @param {About} about @param {HTMLElement} box @param {Box} room @returns {[number, number]} */
export function place(about, { offsetWidth: width, offsetHeight: height }, room) {
  const { x, y, ends = [{ left: x - APART, right: x + APART, top: y, bottom: y }] } = about;
  const all = places({ ...about, ends }, width, height).map(([left, top]) => [
    within(left, room.left, room.right - width),
    within(top, room.top, room.bottom - height),
  ]);
  const covered = all.map(([left, top]) => cover({ left, top, right: left + width, bottom: top + height }, ends));
  return all[covered.indexOf(Math.min(...covered))];
}

/** Where a box of this size may stand, the best place first. @returns {[number, number][]} left and top of each */
function places({ x, y, above, ends }, width, height) {
  const of = (side, choose) => choose(...ends.map((end) => end[side]));
  const beside = [of("right", Math.max) + APART, of("left", Math.min) - APART - width].map((left) => [left, y - height / 2]);
  const over = [of("top", Math.min) - APART - height, of("bottom", Math.max) + APART].map((top) => [x - width / 2, top]);
  return above === undefined ? [...beside, ...over] : [[x - width / 2, above - height], ...over, ...beside];
}

/** How much of some boxes another one covers, in square px. @param {Box} box @param {Box[]} others */
function cover(box, others) {
  const shared = (a, b, low, high) => Math.max(0, Math.min(a[high], b[high]) - Math.max(a[low], b[low]));
  return others.reduce((sum, other) => sum + shared(box, other, "left", "right") * shared(box, other, "top", "bottom"), 0);
}

function within(v, least, most) {
  return Math.max(least, Math.min(v, most));
}
