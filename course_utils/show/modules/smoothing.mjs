// The curves of a training, pale, and their exponential moving average.
import { BLUE, ORANGE, part, say, sentence, slider } from "./host.mjs";
import { chart } from "./chart.mjs";

/** Each value is the smoothed one before it times the factor, plus the new one times the rest. */
export function smooth(values, factor) {
  let before = values[0];
  return values.map((value) => (before = factor * before + (1 - factor) * value));
}

export function mount(root, data) {
  slider(root, say("factor"), { min: 0, max: 0.95, step: 0.05, value: data.factor, show: (value) => value.toFixed(2) }, draw);
  const said = sentence(root), side = part(root, "div", { className: "side", dir: "ltr" });
  const charts = Object.entries(data.curves).map(([up, curves]) => {
    const finite = curves.flat().filter(Number.isFinite);
    const low = Math.min(...finite), high = Math.max(...finite), more = (high - low) * 0.05 || 0.5;
    const epochs = Math.max(curves[0].length, 2);
    return { up, curves, draw: chart(side, { x: [1, epochs], y: [low - more, high + more], across: say("epoch"), up, caption: "" }) };
  });
  draw(data.factor);

  function draw(factor) {
    said.textContent = say("said", { factor: factor.toFixed(2), rest: (1 - factor).toFixed(2) });
    for (const { up, curves, draw } of charts) {
      const lines = curves.flatMap((values, at) => {
        const style = { colour: at ? ORANGE : BLUE, dash: at ? "6 3" : "" };
        const points = (numbers) => numbers.map((value, index) => [index + 1, value]);
        return [
          { ...style, points: points(values), opacity: 0.4, width: 1.2 },
          { ...style, points: points(smooth(values, factor)), name: say(at ? "validation" : "training") },
        ];
      });
      draw(lines, say("ends", { what: up, end: smooth(curves[1], factor).at(-1).toFixed(3) }));
    }
  }
}
