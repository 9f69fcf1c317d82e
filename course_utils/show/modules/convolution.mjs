// A kernel of 3 × 3 weights steps over a picture: its patch, the nine products, the feature map.
import { ORANGE, choice, paint, part, picture, say, sentence, short, slider, unpack } from "./host.mjs";

/** The feature map, row after row, of a picture, row after row, without padding. */
export function convolve(values, width, kernel) {
  const height = values.length / width, map = [];
  for (let row = 0; row < height - 2; row++) {
    for (let column = 0; column < width - 2; column++) {
      map.push(patch(values, width, row, column).reduce((sum, value, at) => sum + value * kernel[at], 0));
    }
  }
  return map;
}

function patch(values, width, row, column) {
  const at = (index) => values[(row + Math.floor(index / 3)) * width + column + (index % 3)];
  return Array.from({ length: 9 }, (_, index) => at(index));
}

export function mount(root, data) {
  const values = unpack(data.picture), { width, top, kernels } = data;
  const height = values.length / width, across = width - 2, places = across * (height - 2);
  const side = Math.max(1, Math.floor(300 / Math.max(width, height)));
  let kernel = [...data.kernel], map = convolve(values, width, kernel);
  let place = map.indexOf(Math.max(...map));

  const named = choice(root, say("kernel"), [...Object.keys(kernels), say("own")], nameOf(kernel), (name) => {
    kernel = [...(kernels[name] ?? kernel)];
    fields.forEach((field, at) => {
      field.value = kernel[at];
      field.ariaInvalid = "false";
    });
    draw();
  });
  const position = slider(root, say("position"), { min: 1, max: places, value: place + 1 }, (value) => go(value - 1));
  const said = sentence(root);
  const pictures = part(root, "div", { className: "side", dir: "ltr" });
  const before = picture(pictures, width * side, height * side, say("picture"));
  const after = picture(pictures, across * side, (height - 2) * side);
  after.style.background = "repeating-linear-gradient(45deg, #888 0 2px, transparent 2px 8px)";
  for (const canvas of [before, after]) {
    canvas.style.touchAction = "manipulation";
    canvas.addEventListener("click", (event) => {
      const scale = canvas.width / canvas.clientWidth / side, shift = canvas === before ? 1 : 0;
      const clip = (at, last) => Math.min(Math.max(Math.floor(at * scale) - shift, 0), last);
      go(clip(event.offsetY, height - 3) * across + clip(event.offsetX, across - 1));
    });
  }
  const tables = part(root, "div", { className: "side", dir: "ltr" });
  const patchCells = table(tables, say("patch"));
  const fields = table(tables, say("weights")).map((cell, at) => {
    const name = say("weight", { row: Math.floor(at / 3), column: at % 3 });
    const limits = { type: "number", step: "any", min: -9999, max: 9999, value: kernel[at] };
    const field = part(cell, "input", limits, { "aria-label": name });
    field.style.width = "5.2em";
    field.addEventListener("input", () => {
      const valid = field.value !== "" && field.validity.valid;
      field.ariaInvalid = String(!valid);
      if (!valid) return (said.textContent = say("invalid"));
      kernel[at] = field.valueAsNumber;
      named.value = nameOf(kernel);
      draw();
    });
    return field;
  });
  const products = table(tables, "");
  draw();

  function nameOf(weights) {
    const found = Object.keys(kernels).find((name) => kernels[name].every((weight, at) => weight === weights[at]));
    return found ?? say("own");
  }

  function go(to) {
    place = to;
    position.set(place + 1);
    draw();
  }

  function draw() {
    map = convolve(values, width, kernel);
    const row = Math.floor(place / across), column = place % across;
    const sum = short(map[place]), low = Math.min(...map), high = Math.max(...map);
    const missing = fields.some(({ ariaInvalid }) => ariaInvalid === "true");
    said.textContent = say(missing ? "invalid" : "sum", { step: place + 1, row, column, sum });
    frame(paint(before, values, width, 1, { side, top }), column, row, 3);
    after.getContext("2d").clearRect(0, 0, after.width, after.height);
    frame(paint(after, map.slice(0, place + 1), across, 1, { side, low, top: high }), column, row, 1);
    after.caption.textContent = say("map", { low: short(low), high: short(high) });
    before.ariaLabel = `${say("picture")}. ${said.textContent}`;
    after.ariaLabel = after.caption.textContent;
    patch(values, width, row, column).forEach((value, at) => {
      patchCells[at].textContent = rounded(value);
      products[at].textContent = rounded(value * kernel[at]);
    });
    products.caption.textContent = say("products", { sum });
  }

  function frame(context, column, row, size) {
    context.lineWidth = 3;
    context.strokeStyle = ORANGE;
    context.strokeRect(column * side, row * side, size * side, size * side);
  }
}

function rounded(value) {
  return short(Math.round(value * 100) / 100, 9);
}

function table(parent, caption) {
  const made = part(parent, "table"), cells = [];
  cells.caption = part(made, "caption", { textContent: caption });
  for (let row = 0; row < 3; row++) {
    const line = part(made, "tr");
    for (let column = 0; column < 3; column++) cells.push(part(line, "td"));
  }
  return cells;
}
