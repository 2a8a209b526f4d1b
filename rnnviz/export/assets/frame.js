/** What a document does when it is the frame of a notebook's output: it is as high as it needs, and as dark. */
import { luminance, parse } from "../../stage/assets/theme.js";

/** How long a notebook takes to put on new colours, once it has said that it will. */
const SETTLED = 400; // ms
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
