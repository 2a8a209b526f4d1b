/**
 * The keyboard belongs to the stage.
 *
 * Streamlit reruns the page on `r` and offers to clear its caches on `c`, wherever the focus is. And a choice that was
 * clicked keeps the focus, so that the next arrow key would change the choice instead of the time step: a choice made
 * with the pointer gives the focus back, one made from the keyboard keeps it.
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

addEventListener("click", (event) => {
  const choice = event.target.closest?.("[data-testid=stButtonGroup] [role=radio], [data-testid=stButton] button");
  if (choice && event.detail > 0) choice.blur();
});
