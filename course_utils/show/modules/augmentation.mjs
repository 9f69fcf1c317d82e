// One picture, changed by exactly the amounts that are set, as Keras's layers for augmentation do.
import { mark, part, picture, say, sentence, short, slider, unpack } from "./host.mjs";

// The sliders: what they change, how far to both sides, their step.
const AMOUNTS = [["rotation", 180, 5], ...["across", "down", "zoom", "shear", "brightness"].map((name) => [name, 0.5, 0.05])];
// The layers that have such amounts as their limits.
const LAYERS = {
  'RandomFlip("horizontal")': ["mirrored"],
  "RandomRotation({rotation} / 360)": ["rotation"],
  "RandomTranslation({down}, {across})": ["down", "across"],
  "RandomZoom({zoom})": ["zoom"],
  "RandomShear({shear})": ["shear"],
  "RandomBrightness({brightness})": ["brightness"],
};

/** Take each pixel from the place that `matrix` says, between its neighbours; the border repeats.
 *
 *  matrix: [a, b, c, d, e, f]: the pixel (x, y) comes from (a x + b y + c, d x + e y + f).
 */
export function warp(pixels, height, width, channels, [a, b, c, d, e, f]) {
  const made = new Float32Array(pixels.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const right = Math.min(Math.max(a * x + b * y + c, 0), width - 1), column = Math.floor(right);
      const down = Math.min(Math.max(d * x + e * y + f, 0), height - 1), row = Math.floor(down);
      const columns = [column, Math.min(column + 1, width - 1)], rows = [row, Math.min(row + 1, height - 1)];
      for (let channel = 0; channel < channels; channel++) {
        const [upper, lower] = rows.map((at) => {
          const [first, second] = columns.map((place) => pixels[(at * width + place) * channels + channel]);
          return first + (second - first) * (right - column);
        });
        made[(y * width + x) * channels + channel] = upper + (lower - upper) * (down - row);
      }
    }
  }
  return made;
}

/** Mirrored, turned (degrees), moved (shares of the sides), zoomed, made brighter, sheared. */
export function augment(pixels, height, width, channels, amounts) {
  const { mirrored, rotation, across, down, zoom, shear, brightness } = amounts;
  const x = (width - 1) / 2, y = (height - 1) / 2;
  const cos = Math.cos((rotation * Math.PI) / 180), sin = Math.sin((rotation * Math.PI) / 180);
  const go = (wanted, matrix) => {
    if (wanted) pixels = warp(pixels, height, width, channels, matrix);
  };
  go(mirrored, [-1, 0, width - 1, 0, 1, 0]);
  go(rotation, [cos, -sin, x - x * cos + y * sin, sin, cos, y - x * sin - y * cos]);
  go(across || down, [1, 0, -across * width, 0, 1, -down * height]);
  go(zoom, [1 + zoom, 0, -x * zoom, 0, 1 + zoom, -y * zoom]);
  if (brightness) pixels = pixels.map((value) => Math.min(Math.max(value + 255 * brightness, 0), 255));
  go(shear, [1, shear, 0, 0, 1, 0]);
  return pixels;
}

export function mount(root, data) {
  const { height, width } = data, pixels = Float32Array.from(unpack(data.picture));
  const channels = pixels.length / height / width;
  const amounts = { mirrored: false };
  mark(root, say("mirrored"), (value) => {
    amounts.mirrored = value;
    draw();
  });
  for (const [name, end, step] of AMOUNTS) {
    amounts[name] = 0;
    slider(root, say(name), { min: -end, max: end, step, value: 0 }, (value) => {
      amounts[name] = value;
      draw();
    });
  }
  const said = sentence(root), side = part(root, "div", { className: "side", dir: "ltr" });
  const [before, after] = ["before", "after"].map((name) => {
    const canvas = picture(side, width, height, say(name));
    canvas.style.width = `${width * Math.max(1, Math.round(300 / Math.max(width, height)))}px`;
    return canvas;
  });
  put(before, pixels);
  draw();

  function draw() {
    put(after, augment(pixels, height, width, channels, amounts));
    const size = Object.fromEntries(AMOUNTS.map(([name]) => [name, short(Math.abs(amounts[name]))]));
    const layers = Object.keys(LAYERS).filter((layer) => LAYERS[layer].some((name) => amounts[name]));
    const named = layers.map((layer) => layer.replace(/\{(\w+)\}/g, (_, name) => size[name])).join(", ");
    said.textContent = named ? say("limits", { layers: named }) : say("same");
    after.ariaLabel = `${say("after")}. ${said.textContent}`;
  }

  function put(canvas, values) {
    const data = new ImageData(width, height);
    for (let pixel = 0; pixel < width * height; pixel++) {
      for (let colour = 0; colour < 3; colour++) {
        data.data[4 * pixel + colour] = values[pixel * channels + (channels > 1 ? colour : 0)];
      }
      data.data[4 * pixel + 3] = 255;
    }
    canvas.getContext("2d").putImageData(data, 0, 0);
  }
}
