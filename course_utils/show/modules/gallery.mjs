// Pictures that a choice and a slider show, each with its title, and a sentence; bars where it has them.
import { BLUE, ORANGE, choice, part, picture, say, sentence, slider } from "./host.mjs";

/** data.series: under each name of a choice its frames. A frame has `text`, `pictures`, each a
 *  [sheet, tile, title], and perhaps `bars`: a share for each of `data.names`, `answer`, `truth`.
 *  A sheet is the address of a picture and its tiles, each [left, top, width, height].
 */
export function mount(root, data) {
  const names = Object.keys(data.series);
  let name = names[0], at = data.begin ?? 0;
  const sheets = data.sheets.map(({ address, tiles }) => {
    const image = new Image();
    image.onload = draw;
    image.src = address;
    return { image, tiles };
  });
  if (names.length > 1) {
    choice(root, say("choice"), names, name, (chosen) => {
      name = chosen;
      const last = data.series[name].length - 1;
      if (position) at = position.set(Math.min(at, last), last);
      draw();
    });
  }
  const show = (value) => data.values?.[value] ?? String(value + data.first);
  const last = data.series[name].length - 1;
  const position = say("slider") && slider(root, say("slider"), { max: last, value: at, show }, (value) => {
    at = value;
    draw();
  });
  const said = sentence(root), side = part(root, "div", { className: "side", dir: "ltr" });
  draw();

  function draw() {
    const { text, pictures, bars } = data.series[name][at];
    if (said.textContent !== text) said.textContent = text;
    side.replaceChildren();
    for (const [number, tile, title] of pictures) {
      const { image, tiles } = sheets[number], [left, top, width, height] = tiles[tile];
      const canvas = picture(side, width, height, title);
      canvas.style.width = `${(data.side * width) / Math.max(width, height)}px`;
      canvas.style.imageRendering = 2 * width <= data.side ? "pixelated" : "auto";
      canvas.caption.style.maxWidth = `${Math.max(data.side, 100)}px`;
      canvas.getContext("2d").drawImage(image, left, top, width, height, 0, 0, width, height);
    }
    if (bars) drawBars(side, data.names, bars, text);
  }
}

/** A bar for each class: the answer's full, blue where it is right; the true class's hatched. */
export function drawBars(parent, names, { shares, answer, truth = answer }, label) {
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
