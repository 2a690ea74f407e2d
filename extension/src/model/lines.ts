/** Curves as SVG paths on one field: steps from left to right, losses on a log scale where all are above zero. */
import type { Curve } from "../protocol/messages";

export interface Lines {
  readonly paths: readonly string[];
  readonly first: number;
  readonly last: number;
  readonly low: number;
  readonly high: number;
  x(step: number): number;
}

export function lines(curves: readonly Curve[], width: number, height: number): Lines | null {
  const values = curves.flatMap((curve) => curve.values.filter((value) => value !== null));
  const steps = curves.flatMap((curve) => curve.steps);
  if (values.length < 2) return null;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const [first, last] = [Math.min(...steps), Math.max(...steps)];
  const scale = low > 0 ? Math.log : (value: number) => value;
  const x = (step: number) => (width * (step - first)) / Math.max(1, last - first);
  const y = (value: number) =>
    height - 4 - ((height - 8) * (scale(value) - scale(low))) / (scale(high) - scale(low) || 1);
  return { paths: curves.map((curve) => path(curve, x, y)), first, last, low, high, x };
}

/** A gap where a value is missing. */
function path(curve: Curve, x: (step: number) => number, y: (value: number) => number): string {
  let pen = "M";
  return curve.values
    .map((value, place) => {
      const step = curve.steps[place];
      if (value === null || step === undefined) {
        pen = "M";
        return "";
      }
      const point = `${pen}${x(step).toFixed(1)} ${y(value).toFixed(1)}`;
      pen = "L";
      return point;
    })
    .join("");
}
