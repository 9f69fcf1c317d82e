// Axes with lines in them, drawn in the colour that the page writes in.
import { part, short } from "./host.mjs";

const WIDTH = 350, HEIGHT = 240, LEFT = 46, RIGHT = 8, TOP = 24, BOTTOM = 40;

/** A figure with axes; returns `draw(lines, label)`, which draws them anew.
 *
 *  x, y: [lowest, highest]. lines: points [[x, y], …], colour, name, dash, width, opacity.
 */
export function chart(parent, { x, y, across, up, caption, under = "" }) {
  const figure = part(parent, "figure", { dir: "ltr" });
  const box = part(figure, "div", {}, { role: "img" });
  part(figure, "figcaption", { textContent: caption });
  const right = (value) => LEFT + ((value - x[0]) / (x[1] - x[0])) * (WIDTH - LEFT - RIGHT);
  const down = (value) => HEIGHT - BOTTOM - ((value - y[0]) / (y[1] - y[0])) * (HEIGHT - TOP - BOTTOM);
  const text = (words, at, height, anchor = "middle", more = "") =>
    `<text x="${at}" y="${height}" text-anchor="${anchor}" ${more}>${words.replace(/[<&]/g, " ")}</text>`;
  const line = (x1, y1, x2, y2, more) => `<path d="M${x1} ${y1}L${x2} ${y2}" ${more}/>`;
  const frame = [
    ...ticks(...x).map((at) => line(right(at), down(y[0]), right(at), down(y[1]), 'stroke-opacity="0.2"')),
    ...ticks(...y).map((at) => line(right(x[0]), down(at), right(x[1]), down(at), 'stroke-opacity="0.2"')),
    `<rect x="${LEFT}" y="${TOP}" width="${WIDTH - LEFT - RIGHT}" height="${HEIGHT - TOP - BOTTOM}"/>`,
  ].join("");
  const numbers = [
    ...ticks(...x).map((at) => text(short(at), right(at), HEIGHT - BOTTOM + 15)),
    ...ticks(...y).map((at) => text(short(at), LEFT - 4, down(at) + 4, "end")),
    text(across, (LEFT + WIDTH) / 2, HEIGHT - 8),
    text(up, 12, (HEIGHT - BOTTOM + TOP) / 2, "middle", `transform="rotate(-90 12 ${(HEIGHT - BOTTOM + TOP) / 2})"`),
  ].join("");
  const image = under &&
    `<image href="${under}" x="${LEFT}" y="${TOP}" width="${WIDTH - LEFT - RIGHT}" height="${HEIGHT - TOP - BOTTOM}" preserveAspectRatio="none"/>`;

  return (lines, label) => {
    const drawn = lines.map(({ points, colour, dash = "", width = 2, opacity = 1 }) => {
      const path = points.filter((point) => point.every(Number.isFinite));
      const spots = path.map(([at, height]) => `${right(at).toFixed(2)} ${down(height).toFixed(2)}`).join("L");
      const stop = path.length === 1 ? "h0" : ""; // one value: a dot
      return `<path d="M${spots}${stop}" stroke-linecap="${stop && "round"}" stroke="${colour}" stroke-width="${stop ? 6 : width}" stroke-dasharray="${dash}" opacity="${opacity}" clip-path="inset(${TOP}px ${RIGHT}px ${BOTTOM}px ${LEFT}px) view-box"/>`;
    });
    const named = lines.filter(({ name }) => name).map(({ name, colour, dash = "" }, at) => {
      const start = LEFT + at * 150;
      return line(start, 12, start + 26, 12, `stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"`) +
        text(name, start + 32, 16, "start", 'fill="currentColor" stroke="none"');
    });
    box.innerHTML =
      `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-size="12" fill="none" stroke="currentColor" aria-hidden="true">` +
      `${image}${frame}<g fill="currentColor" stroke="none">${numbers}</g>${drawn.join("")}${named.join("")}</svg>`;
    box.ariaLabel = label;
  };
}

/** Round numbers from the lowest to the highest, about five. */
export function ticks(low, high) {
  const rough = (high - low) / 5 || 1, power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999);
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, at) => (first + at) * step);
}
