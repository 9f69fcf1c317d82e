// Gradient descent in a narrow valley, with momentum and without, on (x² − 1)² / 4 + 10 y².
import { BLUE, ORANGE, mark, part, say, sentence, slider } from "./host.mjs";
import { chart } from "./chart.mjs";

export function height([x, y]) {
  return (x ** 2 - 1) ** 2 / 4 + 10 * y ** 2;
}

/** The places of a way down: each step is `momentum` of the one before, less the rate times the slope. */
export function descend(start, rate, momentum, noise, steps) {
  let place = start, step = [0, 0];
  const way = [start];
  for (let index = 0; index < steps; index++) {
    const [x, y] = place, slope = [x ** 3 - x, 20 * y];
    step = step.map((part, axis) => momentum * part - rate * (slope[axis] + (noise ? noise[index][axis] : 0)));
    const next = place.map((part, axis) => part + step[axis]);
    if (next.every((part) => Math.abs(part) < 4)) place = next; // else it has left the surface
    way.push(place);
  }
  return way;
}

export function mount(root, data) {
  const { start, steps, noise, reach } = data;
  let rate = 0.09, momentum = 0.8, noisy = false;
  slider(root, say("rate"), { min: 0.01, max: 0.2, step: 0.01, value: rate }, (value) => {
    rate = value;
    draw();
  });
  slider(root, say("momentum"), { min: 0, max: 0.95, step: 0.05, value: momentum }, (value) => {
    momentum = value;
    draw();
  });
  mark(root, say("noise"), (value) => {
    noisy = value;
    draw();
  });
  const said = sentence(root), side = part(root, "div", { className: "side", dir: "ltr" });
  const above = chart(side, { x: reach[0], y: reach[1], across: "x", up: "y", caption: say("above"), under: contours(data) });
  const beside = chart(side, { x: [0, steps], y: [-0.1, 2.2], across: say("step"), up: say("height"), caption: say("beside") });
  draw();

  function draw() {
    const down = (share) => descend(start, rate, share, noisy ? noise : null, steps);
    const ways = [{ name: say("plain"), way: down(0), colour: BLUE }];
    if (momentum) ways.push({ name: say("with", { momentum }), way: down(momentum), colour: ORANGE, dash: "6 3" });
    const words = ways.map(({ name, way }) => `${name}: ${low(way)}`).join(", ");
    said.textContent = `${words}.`;
    const cross = (sign) => ({ points: [[-0.08, -0.03 * sign], [0.08, 0.03 * sign]], colour: "currentColor" });
    above([cross(1), cross(-1), ...ways.map(({ way, ...line }) => ({ ...line, points: way }))], `${say("above")}. ${words}.`);
    beside(ways.map(({ way, ...line }) => ({ ...line, points: way.map((place, at) => [at, height(place)]) })), `${say("beside")}. ${words}.`);
  }

  function low(way) {
    const gone = way.findIndex((place, at) => place === way[at - 1]);
    if (gone > 0) return say("gone", { step: gone });
    const high = way.findLastIndex((place) => height(place) >= 0.1);
    return high === steps ? say("never", { steps }) : say("from", { step: high + 1 });
  }
}

/** The lines of equal height, as the address of a picture: where one pixel is above, the next below. */
function contours({ reach: [[left, right], [bottom, top]], levels }) {
  const canvas = Object.assign(document.createElement("canvas"), { width: 592, height: 352 });
  const context = canvas.getContext("2d");
  context.fillStyle = "#888";
  const level = (column, row) => {
    const place = [left + ((right - left) * column) / canvas.width, top + ((bottom - top) * row) / canvas.height];
    return levels.findIndex((value) => height(place) < value);
  };
  for (let row = 0; row < canvas.height; row++) {
    for (let column = 0; column < canvas.width; column++) {
      const here = level(column, row);
      if (here !== level(column + 1, row) || here !== level(column, row + 1)) context.fillRect(column, row, 1.4, 1.4);
    }
  }
  return canvas.toDataURL();
}
