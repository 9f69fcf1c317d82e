// Pictures that a choice and a slider show, each with its title, and a sentence; bars where it has them.
import { bars, choice, part, picture, say, sentence, slider } from "./host.mjs";

/** data.series: under each name of a choice its frames. A frame has `text`, `pictures`, each a
 *  [sheet, tile, title], and perhaps `bars`: a share for each of `data.names`, `answer`, `truth`.
 *  `data.always` are the pictures that every frame begins with. A sheet is the address of a picture and its tiles, each [left, top, width, height].
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
      last = data.series[name].length - 1;
      if (position) at = position.set(Math.min(at, last), last);
      draw();
    });
  }
  let last = data.series[name].length - 1;
  const show = (value) => data.values?.[value] ?? `${value + data.first} / ${last + data.first}`;
  const position = say("slider") && slider(root, say("slider"), { max: last, value: at, show }, (value) => {
    at = value;
    draw();
  });
  const said = sentence(root), side = part(root, "div", { className: "side", dir: "ltr" });
  draw();

  function draw() {
    const { text, pictures, bars: shares } = data.series[name][at];
    if (said.textContent !== text) said.textContent = text;
    side.replaceChildren();
    for (const [number, tile, title] of [...(data.always ?? []), ...pictures]) {
      const { image, tiles } = sheets[number], [left, top, width, height] = tiles[tile];
      const canvas = picture(side, width, height, title);
      canvas.style.width = `${(data.side * width) / Math.max(width, height)}px`;
      canvas.style.imageRendering = 2 * width <= data.side ? "pixelated" : "auto";
      canvas.caption.style.maxWidth = `${Math.max(data.side, 100)}px`;
      canvas.getContext("2d").drawImage(image, left, top, width, height, 0, 0, width, height);
    }
    if (shares) bars(side, data.names, shares, text);
  }
}
