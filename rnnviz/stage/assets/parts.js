/** What a stage is put together from: the views' modules, the stylesheet, and what must outlive new data. */
import { el } from "./dom.js";

/** @type {Map<string, object|null>} view name → its module, null when it cannot be had */
const modules = new Map();

/** How a view's module is come by: from the file beside this one, unless the host has brought them along. */
let bring = (view) => import(`./views/${view}.js`);

/**
 * For a host that has no address to import from, an exported file or a notebook: the views it has brought along.
 * Its stylesheet stands in the document already, as a `style` marked `data-rv-stage`.
 * @param {Record<string, object>} views view name → its module
 */
export function supply(views) {
  bring = async (view) => views[view] ?? Promise.reject(new Error(`the view ${view} was not brought along`));
}

/** The module of a view that `load` has loaded, or null. */
export function viewModule(view) {
  return modules.get(view) ?? null;
}

/** Import a view's module once; a missing one is remembered as null and said on the page. */
export async function load(view) {
  if (modules.get(view)) return;
  try {
    modules.set(view, /^[a-z_]+$/.test(view) ? await bring(view) : null);
  } catch (error) {
    console.error(error);
    modules.set(view, null);
  }
}

/** The stylesheet, once for a document or shadow root; resolves when it is in force. */
export function stylesheet(scope) {
  const home = scope.head ?? scope;
  if (home.querySelector("style[data-rv-stage]")) return Promise.resolve();
  const href = new URL("stage.css", import.meta.url).href;
  const present = [...home.querySelectorAll("link[data-rv-stage]")].find((link) => link.href === href);
  if (present) return present.ready ?? Promise.resolve();
  const link = el("link", { rel: "stylesheet", href, "data-rv-stage": true });
  link.ready = new Promise((resolve) => {
    link.addEventListener("load", resolve, { once: true });
    link.addEventListener("error", resolve, { once: true });
  });
  home.append(link);
  return link.ready;
}

/** What a person opened, scrolled or focused, by `data-rv-keep`, to be found again after new data. */
export function remember(root) {
  const active = root.getRootNode().activeElement;
  const keep = root.contains(active) ? active.dataset.rvKeep : null;
  const nodes = [...root.querySelectorAll("[data-rv-keep]")];
  return { keep, open: new Map(nodes.map((node) => [node.dataset.rvKeep, { open: node.open, top: node.scrollTop }])) };
}

export function restore(root, { keep, open }) {
  for (const node of root.querySelectorAll("[data-rv-keep]")) {
    const was = open.get(node.dataset.rvKeep);
    if (was?.open && "open" in node) node.open = true;
    if (was?.top) node.scrollTop = was.top;
    if (keep && node.dataset.rvKeep === keep) node.focus({ preventScroll: true });
  }
}
