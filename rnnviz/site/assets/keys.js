/**
 * The keyboard belongs to the stage: Streamlit reruns the page on `r` and offers to clear its caches on `c`, wherever
 * the focus is, and whoever presses them here means neither.
 */
const FIELDS = "input, textarea, select, [contenteditable], [role=textbox], [role=combobox]";

addEventListener(
  "keydown",
  (event) => {
    const chorded = event.ctrlKey || event.metaKey || event.altKey;
    if (!/^[rc]$/i.test(event.key) || chorded || event.target.closest?.(FIELDS)) return;
    event.stopImmediatePropagation();
  },
  true,
);
