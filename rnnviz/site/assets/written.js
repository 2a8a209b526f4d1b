/**
 * The link that address.js wrote last, which within.js compares with where the visitor goes.
 */

/** The stage's parameter and Streamlit's own, which Python does not decide. */
export const KEPT = ["step", "embed", "embed_options"];

/** The parameter that marks a visit of its own. */
export const VISIT = "visit";

/** The path and what Python decides of the query, and when that last changed. */
export const address = { path: "", query: "", changed: -Infinity };

/** What of a query Python decides, always in the same order. */
export function said(query) {
  const own = new URLSearchParams([...query].filter(([name]) => !KEPT.includes(name)));
  own.sort();
  return String(own);
}

export function trimmed(path) {
  return path.replace(/\/+$/, "");
}
