/** With how many digits the terms of a line are shown, so that who works it out finds what it says. */

const MORE = 5;

/** The fewest digits, from some on, with which the line comes out; some where none does. @param {(digits: number) => boolean} agrees */
export function enough(least, agrees) {
  for (let digits = least; digits <= least + MORE; digits++) if (agrees(digits)) return digits;
  return least;
}
