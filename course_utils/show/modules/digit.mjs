// A digit is drawn, and the network that came with the page answers while the stroke grows.
import { BLUE, ORANGE, bars, paint, part, picture, say, sentence, unpack } from "./host.mjs";

const SIDE = 280, PEN = 22, STEP = 10;

const ACTIVATIONS = {
  linear: (values) => values,
  relu: (values) => values.map((value) => Math.max(value, 0)),
  sigmoid: (values) => values.map((value) => 1 / (1 + Math.exp(-value))),
  tanh: (values) => values.map(Math.tanh),
  softmax: (values) => {
    const high = Math.max(...values), powers = values.map((value) => Math.exp(value - high));
    const sum = powers.reduce((before, value) => before + value, 0);
    return powers.map((value) => value / sum);
  },
};

/** The outputs of all layers for one picture: `values`, and the `shape` [rows, columns, channels]. */
export function forward(layers, values, shape) {
  return layers.map((layer) => {
    ({ values, shape } = KINDS[layer.kind](layer, Float64Array.from(values), shape));
    values = ACTIVATIONS[layer.activation ?? "linear"](values);
    return { values, shape };
  });
}

const KINDS = {
  rescale: ({ scale, offset }, values, shape) => ({ values: values.map((value) => value * scale + offset), shape }),
  dense: ({ kernel, bias }, values) => {
    const made = Float64Array.from(bias);
    values.forEach((value, from) => {
      if (value) for (let to = 0; to < bias.length; to++) made[to] += value * kernel[from * bias.length + to];
    });
    return { values: made, shape: [1, 1, bias.length] };
  },
  convolution: ({ kernel, bias, ...window }, values, shape) => {
    const filters = bias.length, channels = shape[2];
    return slide(window, shape, filters, (made, out, places) => {
      for (let to = 0; to < filters; to++) made[out + to] = bias[to];
      for (const [at, from] of places) {
        for (let channel = 0; channel < channels; channel++) {
          const value = values[from * channels + channel], row = (at * channels + channel) * filters;
          if (value) for (let to = 0; to < filters; to++) made[out + to] += value * kernel[row + to];
        }
      }
    });
  },
  pool: ({ mean, ...window }, values, shape) => {
    const channels = shape[2];
    return slide(window, shape, channels, (made, out, places) => {
      for (let channel = 0; channel < channels; channel++) {
        const seen = places.map(([, from]) => values[from * channels + channel]);
        made[out + channel] = mean ? seen.reduce((sum, value) => sum + value, 0) / seen.length : Math.max(...seen);
      }
    });
  },
};

/** Lay a window on all its places and have `fill` compute what stands there, `depth` numbers a place. */
function slide({ size, strides, same }, [height, width], depth, fill) {
  const [rows, columns] = [height, width].map((side, axis) =>
    same ? Math.ceil(side / strides[axis]) : Math.floor((side - size[axis]) / strides[axis]) + 1);
  const [above, left] = [[rows, height], [columns, width]].map(([count, side], axis) =>
    same ? Math.max((count - 1) * strides[axis] + size[axis] - side, 0) >> 1 : 0);
  const values = new Float64Array(rows * columns * depth);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const places = []; // [number in the window, number in the picture]
      for (let at = 0; at < size[0] * size[1]; at++) {
        const y = row * strides[0] - above + Math.floor(at / size[1]);
        const x = column * strides[1] - left + (at % size[1]);
        if (y >= 0 && y < height && x >= 0 && x < width) places.push([at, y * width + x]);
      }
      fill(values, (row * columns + column) * depth, places);
    }
  }
  return { values, shape: [rows, columns, depth] };
}

/** Ink, 0…255, side × side, as the digits of MNIST were made: its box shrunk to 20 pixels on the
 *  longer side, in grey, and put where its centre of mass is the middle of 28 × 28. None: null.
 */
export function centre(ink, side) {
  let top = side, bottom = -1, left = side, right = -1;
  ink.forEach((value, at) => {
    if (value < 16) return;
    const row = Math.floor(at / side), column = at % side;
    [top, bottom] = [Math.min(top, row), Math.max(bottom, row)];
    [left, right] = [Math.min(left, column), Math.max(right, column)];
  });
  if (bottom < 0) return null;
  const down = bottom - top + 1, across = right - left + 1, step = Math.max(down, across) / 20;
  const rows = Math.max(1, Math.round(down / step)), columns = Math.max(1, Math.round(across / step));
  const small = new Float64Array(rows * columns);
  let mass = 0, sums = [0, 0];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = mean(ink, side, top + (row * down) / rows, down / rows, left + (column * across) / columns, across / columns);
      small[row * columns + column] = value;
      mass += value;
      sums = [sums[0] + value * row, sums[1] + value * column];
    }
  }
  const [low, far] = [rows, columns].map((count, axis) =>
    Math.min(Math.max(Math.round(14 - sums[axis] / mass), 0), 28 - count));
  const made = new Float64Array(28 * 28);
  small.forEach((value, at) => (made[(low + Math.floor(at / columns)) * 28 + far + (at % columns)] = value));
  return made;
}

/** The mean of the ink over a rectangle that may begin and end within a pixel. */
function mean(ink, side, top, down, left, across) {
  let sum = 0;
  for (let row = Math.floor(top); row < Math.min(Math.ceil(top + down), side); row++) {
    const part = Math.min(row + 1, top + down) - Math.max(row, top);
    for (let column = Math.floor(left); column < Math.min(Math.ceil(left + across), side); column++) {
      sum += ink[row * side + column] * part * (Math.min(column + 1, left + across) - Math.max(column, left));
    }
  }
  return sum / (down * across);
}

export function mount(root, data) {
  const layers = data.layers.map(({ kernel, bias, ...layer }) =>
    kernel ? { ...layer, kernel: unpack(kernel), bias: unpack(bias) } : layer);
  const first = layers.findIndex(({ kind }) => kind === "convolution");
  let strokes = [], pen = null, waiting = false;

  part(root, "p", { textContent: say("how") });
  const side = part(root, "div", { className: "side", dir: "ltr" });
  const pad = picture(side, SIDE, SIDE, say("pad"));
  for (const [name, value] of Object.entries({ role: "application", tabindex: 0 })) pad.setAttribute(name, value);
  pad.style.cssText = "touch-action: none; cursor: crosshair;";
  const clear = part(pad.parentNode, "button", { type: "button", textContent: say("clear") });
  const answers = part(side, "div"), said = sentence(root); // below the pad, which must not move
  const seen = picture(side, 140, 140, say("seen"));
  seen.caption.style.maxWidth = "140px";
  const maps = first < 0 ? null : picture(root, 8, 8, say("maps"));
  const black = new Float64Array(28 * 28);
  draw();

  const place = ({ offsetX, offsetY }) => [offsetX, offsetY].map((at) => (at * SIDE) / pad.clientWidth);
  pad.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button) return; // a second finger, another button of the mouse
    pad.setPointerCapture(event.pointerId);
    pen = null;
    strokes.push([place(event)]);
    draw();
  });
  pad.addEventListener("pointermove", (event) => {
    if (!event.isPrimary || !(event.buttons & 1) || !strokes.length) return;
    strokes.at(-1).push(place(event));
    if (!waiting) requestAnimationFrame(draw);
    waiting = true;
  });
  pad.keys = (event) => {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1], " ": [0, 0] }[event.key];
    if (!move) return;
    event.preventDefault();
    take();
    pen.at = pen.at.map((at, axis) => Math.min(Math.max(at + STEP * move[axis], PEN), SIDE - PEN));
    if (event.key === " ") pen.down = !pen.down;
    if (event.key === " " && pen.down) strokes.push([pen.at]);
    else if (pen.down) strokes.at(-1).push(pen.at);
    draw();
  };
  const take = () => (pen ??= { at: [SIDE / 2, SIDE / 4], down: false });
  pad.addEventListener("focus", () => pad.matches(":focus-visible") && (take(), draw()));
  clear.addEventListener("click", () => {
    [strokes, pen] = [[], null];
    draw();
  });

  function draw() {
    waiting = false;
    const context = pad.getContext("2d", { willReadFrequently: true });
    Object.assign(context, { fillStyle: "black", strokeStyle: "white", lineWidth: PEN, lineCap: "round", lineJoin: "round" });
    context.fillRect(0, 0, SIDE, SIDE);
    for (const stroke of strokes) {
      context.beginPath();
      context.moveTo(...stroke[0]);
      for (const spot of stroke) context.lineTo(...spot);
      context.stroke();
    }
    const ink = context.getImageData(0, 0, SIDE, SIDE).data.filter((_, at) => at % 4 === 0);
    if (pen) {
      Object.assign(context, { strokeStyle: pen.down ? ORANGE : BLUE, lineWidth: 4 });
      context.strokeRect(pen.at[0] - PEN / 2, pen.at[1] - PEN / 2, PEN, PEN);
    }
    const digit = centre(ink, SIDE), outputs = forward(layers, digit ?? black, [28, 28, 1]);
    paint(seen, digit ?? black, 28, 1, { side: 5 });
    answer(digit ? [...outputs.at(-1).values] : outputs.at(-1).values.map(() => 0), digit);
    if (maps) show(outputs[first], digit);
  }

  function answer(shares, digit) {
    const order = [...shares.keys()].sort((one, other) => shares[other] - shares[one]);
    const percent = (at) => `${(100 * shares[at]).toFixed(0)}%`;
    const [best, next] = order, words = { best, share: percent(best), next, rest: percent(next) };
    said.textContent = digit ? say("answer", words) : say("empty");
    answers.replaceChildren();
    bars(answers, [...shares.keys()].map(String), { shares, answer: digit ? best : -1 }, said.textContent);
  }

  function show({ values, shape: [rows, columns, channels] }, digit) {
    const each = Math.max(1, Math.floor(80 / columns)), gap = 4;
    maps.width = 8 * (columns * each + gap) - gap;
    maps.height = Math.ceil(channels / 8) * (rows * each + gap) - gap;
    const context = maps.getContext("2d");
    for (let channel = 0; channel < channels; channel++) {
      const map = values.filter((_, at) => at % channels === channel), top = digit ? Math.max(...map) : Infinity;
      context.setTransform(1, 0, 0, 1, (channel % 8) * (columns * each + gap), Math.floor(channel / 8) * (rows * each + gap));
      paint(maps, map, columns, 1, { side: each, top: top > 0 ? top : 1 });
    }
  }
}
