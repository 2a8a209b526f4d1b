/**
 * The stage in a document of its own, a file or the frame of a notebook's output. Everything the document needs stands
 * in it; it asks no one for anything.
 */
import { supply } from "../../stage/assets/parts.js";
import { mountStage } from "../../stage/assets/stage.js";
import { isDark, watchTheme } from "../../stage/assets/theme.js";
import { fit, fitPaper, notebookTheme, watchNotebook } from "./frame.js";

/** @param {Record<string, object>} views view name → its module */
export async function open(views) {
  supply(views);
  const colours = new Colours(JSON.parse(document.getElementById("rnnviz-payload").textContent));
  colours.paint();
  const { payload } = colours;
  colours.stage = await mountStage(document.getElementById("rnnviz-stage"), payload);
  if (colours.payload !== payload) await colours.stage.update(colours.payload); // other colours were asked for meanwhile
  fit();
  fitPaper(document.getElementById("rnnviz-stage"));
}

/** Light or dark: as asked for, else as the notebook is, else as the system is; paper is light. */
class Colours {
  constructor(payload) {
    this.payload = payload;
    this.asked = payload.theme ?? null;
    this.page = document.documentElement;
    this.button = document.getElementById("rnnviz-theme");
    this.button.addEventListener("click", () => this.ask(this.dark ? "light" : "dark"));
    this.button.hidden = false;
    const print = matchMedia("print");
    print.addEventListener("change", () => this.paint());
    addEventListener("beforeprint", () => this.paint(true));
    addEventListener("afterprint", () => this.paint());
    watchNotebook(() => this.paint());
    watchTheme(this.page, () => this.face());
  }

  get dark() {
    return isDark(this.page, this.payload);
  }

  ask(theme) {
    this.asked = theme;
    this.paint();
  }

  paint(printing = matchMedia("print").matches) {
    const theme = printing ? "light" : (this.asked ?? notebookTheme());
    if (theme) this.page.dataset.theme = theme;
    else delete this.page.dataset.theme;
    if (theme !== this.payload.theme) {
      this.payload = { ...this.payload, theme };
      this.stage?.update(this.payload);
    }
    this.face();
  }

  /** The button says what it would do. */
  face() {
    this.button.textContent = this.dark ? this.button.dataset.light : this.button.dataset.dark;
  }
}
