/** A made-up training run for tests of the scopes and for looking at them. */
import type { ScopeData } from "./scope";

/** `layers` layers; gradients fall by `fall` decades from last to first. Deterministic. */
export function sampleData(layers = 6, steps = 400, fall = 1): ScopeData {
  const depth = Array.from({ length: layers }, (_, index) => (layers > 1 ? index / (layers - 1) : 1));
  const step = Int32Array.from({ length: steps }, (_, index) => index * 5);
  const smooth = Float32Array.from(step, (at) => 0.05 + 2.3 * Math.exp(-at / (steps * 1.2)));
  const bins = Int32Array.from({ length: 24 }, (_, index) => index - 20);
  return {
    layers: depth.map((_, index) => `u${index}`),
    names: depth.map((_, index) => (layers > 20 ? `encoder.layers.${index}.fc` : `fc${index + 1}`)),
    flags: [
      { number: 1, step: Math.round(steps * 1.2), label: "insert Dropout(0.2) on relu1 → fc2" },
      { number: 2, step: Math.round(steps * 3), label: "set fc1.out_features = 64" },
    ],
    selected: "u0",
    chosen: ["u0"],
    cursor: null,
    log: null,
    smooth: true,
    branches: [{ number: 1, name: "wide", colour: "#e69f00" }],
    shownQuestion: "Does the gradient reach the first layer?",
    shownUnit: "root mean square",
    arrays: {
      "branch.1.step": row(step.slice(0, 9)),
      "branch.1.value": row(smooth.slice(0, 9)),
      "overlay.step": { shape: [layers, 4], data: Int32Array.from(depth.flatMap(() => [-1, 10, 20, 30])) },
      "overlay.value": {
        shape: [layers, 4],
        data: Float32Array.from(depth.flatMap((d) => [Number.NaN, 1, 0.5, 0.1 + d])),
      },
      "loss.step": row(step),
      "loss.value": row(smooth.map((value, index) => value * (1 + 0.25 * noise(index)))),
      "loss.smooth": row(smooth),
      "gradient.norm": row(Float32Array.from(depth, (d, i) => 10 ** (-1 - fall * (1 - d)) * (1 + 0.2 * noise(i)))),
      "activation.mean": row(Float32Array.from(depth, (d, i) => 0.3 * noise(i + 7) * (1 + d))),
      "activation.std": row(Float32Array.from(depth, (d, i) => 0.9 + 0.4 * d + 0.1 * noise(i + 3))),
      "update.ratio": row(Float32Array.from(depth, (d, i) => -3.2 + 0.8 * d + 0.15 * noise(i + 11))),
      "histogram.step": row(step.filter((_, index) => index % 5 === 0)),
      "histogram.exponent": row(bins),
      "histogram.zeros": row(Int32Array.from({ length: steps / 5 }, (_, at) => 300 + 8 * at)),
      "histogram.counts": heat(step.filter((_, index) => index % 5 === 0).length, bins),
    },
  };
}

function row(data: Float32Array | Int32Array) {
  return { shape: [data.length], data };
}

/** A bell that drifts down by six powers of two. */
function heat(rows: number, bins: Int32Array) {
  const data = new Float32Array(rows * bins.length);
  for (let at = 0; at < rows; at += 1) {
    const centre = -3 - (6 * at) / rows;
    for (const [bin, exponent] of bins.entries()) {
      data[at * bins.length + bin] = Math.round(800 * Math.exp(-((exponent - centre) ** 2) / 5));
    }
  }
  return { shape: [rows, bins.length], data };
}

/** Between -1 and 1, the same for the same number. */
function noise(seed: number): number {
  const wild = Math.sin(seed * 12.9898) * 43758.5453;
  return 2 * (wild - Math.floor(wild)) - 1;
}
