/** Numbers as sentences have them: two digits that count, however small. */
import { raised } from "../arrays.js";
import { attr, text } from "../dom.js";

/** A number with two or three digits that count: 12.3, 0.16, 0.0042, 3.1·10⁻⁵. */
export function counted(data, v) {
  const size = Math.abs(v);
  if (!Number.isFinite(v) || size === 0 || size >= 1e4) return data.format(v, size ? 2 : 0);
  if (size >= 100) return data.format(v, 0);
  if (size >= 1) return data.format(v, size >= 10 ? 1 : 2);
  if (size >= 0.0995) return data.format(v, 3);
  if (size >= 0.000995) return data.format(v, 1 - Math.floor(Math.log10(size * 1.005)));
  const [mantissa, exponent] = v.toExponential(1).split("e");
  return `${mantissa.replace("-", "−")}·10${raised(Number(exponent))}`;
}

/** Show such a number; the whole of it stands beside, for who looks closer. */
export function said(node, data, v) {
  text(node, v === null ? "–" : counted(data, v));
  attr(node, "data-number", v);
}
