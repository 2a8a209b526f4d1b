/** How a document fits where it stands: as high as it needs in a notebook's frame, as dark as that, as wide as paper. */
import { luminance, parse } from "../../stage/assets/theme.js";

/** How long a notebook takes to put on new colours, once it has said that it will. */
const SETTLED = 400; // ms
const PAPER = 700; // pixels: what A4 and Letter both have between margins of 12 mm
const HALFWAY = 0.4; // of the luminance of white

/** The element that frames this document, null where there is none or a wall between. */
function framing() {
  try {
    return window.frameElement;
  } catch {
    return null; // sandboxed
  }
}

/** Make the frame as high as the document, now and whenever that changes. */
export function fit() {
  const frame = framing();
  if (!frame) return;
  const page = document.documentElement;
  new ResizeObserver(() => {
    if (!document.fullscreenElement) frame.style.height = `${Math.ceil(page.getBoundingClientRect().height)}px`;
  }).observe(page);
}

/** Keep in mind how wide a stage is on the screen, so that the style sheet can make it as wide as a page of paper. */
export function fitPaper(stage) {
  const { style } = document.documentElement;
  new ResizeObserver(([entry]) => {
    if (matchMedia("print").matches) return;
    const { width } = entry.contentRect;
    style.setProperty("--page-wide", `${width}px`);
    style.setProperty("--page-zoom", String(Math.min(1, PAPER / width)));
  }).observe(stage);
}

/** "light" or "dark" as the notebook says or as what lies under the frame; null where neither can be seen. */
export function notebookTheme() {
  const kind = framing()?.ownerDocument.body.dataset.vscodeThemeKind;
  if (kind) return kind.endsWith("light") ? "light" : "dark";
  for (let node = framing(); node; node = node.parentElement) {
    const { backgroundColor } = node.ownerDocument.defaultView.getComputedStyle(node);
    const clear = /^rgba\(.*, 0\)$|^transparent$/.test(backgroundColor);
    const rgb = clear ? null : parse(backgroundColor);
    if (rgb) return luminance(rgb) < HALFWAY ? "dark" : "light";
  }
  return null;
}

/** Call `changed` when the notebook may have put on other colours. */
export function watchNotebook(changed) {
  const frame = framing();
  if (!frame) return;
  const outside = frame.ownerDocument;
  const observer = new MutationObserver(() => {
    changed();
    setTimeout(changed, SETTLED); // its style sheets may follow
  });
  for (const node of [outside.documentElement, outside.body]) observer.observe(node, { attributes: true });
}
