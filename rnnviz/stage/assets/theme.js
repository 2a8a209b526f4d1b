/**
 * Light or dark, and the colours that follow from it. The palette itself comes from Python, with the payload.
 */

const SCALE = 256;

/**
 * Light or dark: as the payload says, else as bright as the page's own background, else as the system prefers.
 * @param {HTMLElement} element
 * @param {{theme?: "light"|"dark"|null}} payload
 * @returns {boolean} dark
 */
export function isDark(element, payload) {
  if (payload.theme === "dark" || payload.theme === "light") return payload.theme === "dark";
  const background = getComputedStyle(element).getPropertyValue("--st-background-color").trim();
  const rgb = background && parse(background);
  if (rgb) return luminance(rgb) < 0.4;
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

/**
 * Call `changed` when light may have turned dark: the system's preference, or the attributes of the page.
 * @returns {() => void} stops watching
 */
export function watchTheme(element, changed) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", changed);
  const observer = new MutationObserver(changed);
  const options = { attributes: true, attributeFilter: ["style", "class", "data-theme"] };
  const host = element.getRootNode().host;
  for (const node of [document.documentElement, document.body, element.parentElement, host]) {
    if (node) observer.observe(node, options);
  }
  return () => {
    system.removeEventListener("change", changed);
    observer.disconnect();
  };
}

/** The colours of one theme: named hues, and the scales that turn numbers into colours. */
export class Theme {
  /** @param {Record<string, any>} palette names to CSS hex colours @param {boolean} dark */
  constructor(palette, dark) {
    this.dark = dark;
    this.palette = palette;
    this.zero = parse(palette.zero ?? "") ?? (dark ? [20, 23, 31] : [255, 255, 255]);
    this._ramps = new Map();
  }

  /** Set `--rv-NAME` for every hue of the palette. */
  apply(root) {
    for (const [name, value] of Object.entries(this.palette)) {
      if (typeof value === "string") root.style.setProperty(`--rv-${name.replaceAll("_", "-")}`, value);
    }
    root.style.setProperty("--rv-zero", css(this.zero));
    root.style.colorScheme = this.dark ? "dark" : "light";
    root.dataset.theme = this.dark ? "dark" : "light";
  }

  /**
   * 2·SCALE + 1 colours of the diverging scale ("diverging"), or SCALE + 1 from nothing to a quantity's hue.
   * @returns {{css: string[], ink: string[], packed: Uint32Array}} packed as ImageData's little-endian RGBA
   */
  ramp(name) {
    if (!this._ramps.has(name)) this._ramps.set(name, this._make(name));
    return this._ramps.get(name);
  }

  _make(name) {
    const zero = toLab(this.zero);
    const mix = (hue, k) => fromLab(between(zero, toLab(parse(this.palette[hue] ?? "") ?? [128, 128, 128]), k / SCALE));
    const up = (hue) => Array.from({ length: SCALE + 1 }, (_, k) => mix(hue, k));
    const colours = name === "diverging" ? [...up("negative").slice(1).reverse(), ...up("positive")] : up(name);
    return {
      css: colours.map(css),
      // Where black and white contrast alike, at 4.58 : 1: either side of it the better one meets WCAG AA.
      ink: colours.map((rgb) => (luminance(rgb) > 0.179 ? "#000000" : "#ffffff")),
      packed: Uint32Array.from(colours, ([r, g, b]) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0),
    };
  }

  diverging(v, limit) {
    return Number.isFinite(v) ? this.ramp("diverging").css[signed(v, limit)] : "var(--rv-faint)";
  }

  divergingInk(v, limit) {
    return Number.isFinite(v) ? this.ramp("diverging").ink[signed(v, limit)] : "var(--rv-ink)";
  }

  sequential(v, name) {
    return Number.isFinite(v) ? this.ramp(name).css[unsigned(v)] : "var(--rv-faint)";
  }
}

/** The place of a signed value in the diverging ramp. */
export function signed(v, limit) {
  const share = limit > 0 ? v / limit : 0;
  return SCALE + Math.round(SCALE * Math.min(1, Math.max(-1, share)));
}

/** The place of a value from 0 to 1 in a sequential ramp. */
export function unsigned(v) {
  return Math.round(SCALE * Math.min(1, Math.max(0, v)));
}

/** Red, green, blue of a hex or rgb() colour; null when it is neither. @returns {number[]|null} */
export function parse(colour) {
  const hex = /^#([0-9a-f]{3,8})$/i.exec(colour)?.[1];
  if (hex) {
    const pairs = hex.length < 6 ? [...hex].map((digit) => digit + digit) : hex.match(/../g);
    return pairs.slice(0, 3).map((pair) => parseInt(pair, 16));
  }
  const parts = /^rgba?\(([^)]+)\)$/i.exec(colour)?.[1].split(/[\s,/]+/).map(Number);
  return parts && parts.length >= 3 ? parts.slice(0, 3) : null;
}

function css([r, g, b]) {
  return `rgb(${r}, ${g}, ${b})`;
}

const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const encoded = (v) => (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055);

/** WCAG relative luminance. */
export function luminance(rgb) {
  const [r, g, b] = rgb.map((v) => linear(v / 255));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function between(a, b, share) {
  return a.map((v, k) => v + (b[k] - v) * share);
}

/** Oklab (Ottosson 2020): equal steps of a value look like equal steps of colour. */
function toLab(rgb) {
  const [r, g, b] = rgb.map((v) => linear(v / 255));
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function fromLab([L, a, b]) {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((v) => Math.round(255 * encoded(Math.min(1, Math.max(0, v)))));
}
