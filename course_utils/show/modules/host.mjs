// What all explorables share: their place in the page, and the parts they are made of.
// Python writes this text before that of one explorable into the page (see explore.py).

const STYLE = `
.explorable { max-width: 46rem; line-height: 1.5; margin: 0.5em 0; }
.explorable :is(canvas, svg, img) { max-width: 100%; height: auto; display: block; margin: 0; }
.explorable canvas { outline: 1px solid #808080; }
.explorable .control { display: flex; flex-wrap: wrap; align-items: center; gap: 0.2em 0.6em; margin: 0.3em 0; }
.explorable .control > :first-child { min-width: 8em; }
.explorable .walk > span { white-space: nowrap; }
.explorable [role=status] { min-height: 3em; }
.explorable .walk { display: flex; direction: ltr; align-items: center; gap: 0.4em; max-width: 100%; }
.explorable .side { display: flex; flex-wrap: wrap; align-items: flex-start; gap: 0.8em 1.2em; margin: 0.6em 0; }
.explorable figure { margin: 0; max-width: 100%; }
.explorable figcaption { color: inherit; font-size: 0.9em; max-width: 24em; padding: 0; }
.explorable :is(button, select, input) { font: inherit; color: inherit; box-sizing: border-box; margin: 0; }
.explorable :is(button, select, input[type=number]) { background: transparent; border: 1px solid; border-radius: 4px; min-width: 28px; min-height: 28px; padding: 0 0.4em; }
.explorable option { color: CanvasText; background: Canvas; }
.explorable input[type=range] { width: 15em; min-width: 4em; flex: 0 1 15em; height: 28px; accent-color: #0072b2; }
.explorable input[type=checkbox] { width: 24px; height: 24px; accent-color: #0072b2; }
.explorable [aria-invalid=true] { outline: 3px dashed; }
.explorable :focus-visible { outline: 3px solid #d55e00; outline-offset: 2px; }
.explorable p { margin: 0.4em 0; min-height: 1.5em; }
.explorable .bars { display: grid; grid-template-columns: auto minmax(4em, 11em) auto; gap: 0 0.6em; align-items: center; }
.explorable .bar { height: 0.9em; border: 1px solid transparent; forced-color-adjust: none; }
.explorable table { border-collapse: collapse; margin: 0; direction: ltr; font-size: inherit; table-layout: auto; }
.explorable caption { text-align: start; font-size: 0.9em; }
.explorable table td { border: 1px solid; padding: 0; min-width: 3.4em; height: 2.2em; text-align: center; }
.explorable table td:has(input) { border: 0; }
.explorable tr, .explorable tr:hover { background: transparent !important; }
`;
export const BLUE = "#0072b2", ORANGE = "#d55e00";
let words = {};

/** Mount an explorable in each place of this key; wait a while where there is none yet. */
export function start(key, mount, data, tries = 50) {
  const places = document.querySelectorAll(`[data-explorable="${key}"]:not([data-mounted])`);
  if (!places.length && tries) setTimeout(start, 100, key, mount, data, tries - 1);
  words = data.words;
  for (const place of places) {
    const root = document.createElement("div");
    mount(root, data);
    part(root, "style", { textContent: STYLE });
    place.dataset.mounted = "";
    place.replaceChildren(root);
    // A notebook takes single letters and arrows for commands, slides turn at them. Some listen
    // before the page's parts do, so only the window can keep keys here; `keys` is who wants them.
    window.addEventListener("keydown", (event) => {
      if (!place.contains(event.target) || event.ctrlKey || event.metaKey) return;
      event.stopPropagation();
      event.target.keys?.(event);
    }, true);
    suitTheme(place);
  }
}

/** Have the browser draw its fields dark where the page writes in a light colour. */
function suitTheme(place) {
  const suit = () => {
    const [red, green, blue] = getComputedStyle(place).color.match(/[\d.]+/g).map(Number);
    place.style.colorScheme = red + green + blue > 384 ? "dark" : "light";
  };
  const watch = new MutationObserver(suit);
  for (const node of [document.documentElement, document.body]) watch.observe(node, { attributes: true });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", suit);
  suit();
}

/** A text that Python has written, its {names} replaced by values. */
export function say(name, values = {}) {
  return words[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
}

/** A number with so many significant digits at most, as a reader writes it. */
export function short(number, digits = 5) {
  return String(Number(number.toPrecision(digits)) + 0).replace("-", "−");
}

/** The numbers of an array that Python has packed: uint8, float32 or float16. */
export function unpack({ kind, base64 }) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  if (kind === "uint8") return bytes;
  if (kind === "float32") return new Float32Array(bytes.buffer);
  return Float32Array.from(new Uint16Array(bytes.buffer), (bits) => {
    const sign = bits >> 15 ? -1 : 1, exponent = (bits >> 10) & 31, rest = bits & 1023;
    return exponent ? sign * (1 + rest / 1024) * 2 ** (exponent - 15) : sign * rest * 2 ** -24;
  });
}

export function part(parent, tag, properties = {}, attributes = {}) {
  const made = Object.assign(document.createElement(tag), properties);
  if ("autocomplete" in made) made.autocomplete = "off"; // or the browser fills it in after "back"
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return parent.appendChild(made);
}

/** The sentence that follows what is chosen; screen readers read it out. */
export function sentence(parent) {
  return part(parent, "p", {}, { role: "status", "aria-live": "polite" });
}

/** A picture's canvas with a caption, which is its label until another is set. */
export function picture(parent, width, height, caption = "") {
  const figure = part(parent, "figure");
  const canvas = part(figure, "canvas", { width, height }, { role: "img", "aria-label": caption });
  canvas.caption = part(figure, "figcaption", { textContent: caption });
  return canvas;
}

export function choice(parent, label, options, value, changed) {
  const row = part(parent, "label", { className: "control" });
  part(row, "span", { textContent: label });
  const select = part(row, "select");
  for (const option of options) part(select, "option", { value: option, textContent: option });
  select.value = value;
  select.addEventListener("change", () => changed(select.value));
  return select;
}

export function mark(parent, label, changed) {
  const row = part(parent, "label", { className: "control" });
  part(row, "span", { textContent: label });
  const box = part(row, "input", { type: "checkbox" });
  box.addEventListener("change", () => changed(box.checked));
  return box;
}

/** A slider between two buttons that go one step; `show` makes what is read out of its value. */
export function slider(parent, label, { min = 0, max, step = 1, value, show = short }, changed) {
  const row = part(parent, "div", { className: "control" }, { role: "group", "aria-label": label });
  part(row, "span", { textContent: label }, { "aria-hidden": "true" });
  const walk = part(row, "div", { className: "walk" });
  const button = (sign, name, move) =>
    part(walk, "button", { type: "button", textContent: sign }, { "aria-label": `${label}: ${say(name)}` })
      .addEventListener("click", () => (move(), follow(true)));
  button("‹", "back", () => range.stepDown());
  const range = part(walk, "input", { type: "range", min, max, step, value }, { "aria-label": label });
  button("›", "on", () => range.stepUp());
  const shown = part(walk, "span", {}, { "aria-hidden": "true" });
  const follow = (tell) => {
    shown.textContent = show(Number(range.value));
    range.setAttribute("aria-valuetext", shown.textContent);
    if (tell) changed(Number(range.value));
  };
  range.addEventListener("input", () => follow(true));
  follow(false);
  return {
    set: (to, last = range.max) => (Object.assign(range, { max: last, value: to }), follow(false), Number(range.value)),
  };
}

/** Grey or colour values, `channels` a pixel in 0…`top`, as small squares of `side` pixels. */
export function paint(canvas, values, width, channels, { side = 1, low = 0, top = 255 } = {}) {
  const context = canvas.getContext("2d");
  for (let pixel = 0; pixel < values.length / channels; pixel++) {
    const [red, green, blue] = [0, 1, 2].map((channel) => {
      const value = values[pixel * channels + (channels > 1 ? channel : 0)];
      return Math.round((255 * (value - low)) / (top - low || 1));
    });
    context.fillStyle = `rgb(${red} ${green} ${blue})`;
    context.fillRect((pixel % width) * side, Math.floor(pixel / width) * side, side, side);
  }
  return context;
}

/** A bar for each class: the answer's full, blue where it is right; the true class's hatched. */
export function bars(parent, names, { shares, answer, truth = answer }, label) {
  const grid = part(parent, "div", { className: "bars" }, { role: "img", "aria-label": label });
  names.forEach((name, at) => {
    part(grid, "span", { textContent: name });
    const bar = part(part(grid, "span"), "div", { className: "bar" });
    bar.style.width = `max(${100 * shares[at]}%, 2px)`;
    bar.style.background = at === answer ? (answer === truth ? BLUE : ORANGE) : "#999";
    if (at === truth && at !== answer) {
      bar.style.background = `repeating-linear-gradient(45deg, ${BLUE} 0 2px, transparent 2px 6px)`;
      bar.style.borderColor = BLUE;
    }
    part(grid, "span", { textContent: `${Math.round(100 * shares[at])}%` });
  });
  return grid;
}
