/** Numbers and shapes in words, short enough for a box on the canvas. Pure. */
import type { PortView } from "../protocol/messages";

type Size = number | string;

/** `16×8×8`: the shape of one sample, without the batch axis `N`. */
export function sampleShape(shape: readonly Size[] | null): string {
  if (!shape) return "";
  const sizes = shape[0] === "N" ? shape.slice(1) : shape;
  return sizes.length ? sizes.join("×") : "scalar";
}

/** `(N, 16, 8, 8) float32`: in full, as in Python. */
export function fullShape(port: PortView): string {
  if (!port.shape) return "shape not known";
  return `(${port.shape.join(", ")}) ${port.dtype}`.trim();
}

/** `1,234,567`: a number that people go back to. */
export const exact = (value: number): string => value.toLocaleString("en-US");

/** `0`, `850`, `1,200`, `100.5 k`, `1.24 M`. */
export function count(value: number): string {
  if (value < 10_000) return exact(value);
  if (value < 1e6) return `${trim((value / 1e3).toPrecision(4))} k`;
  if (value < 1e9) return `${trim((value / 1e6).toPrecision(3))} M`;
  return `${trim((value / 1e9).toPrecision(3))} G`;
}

/** Three figures, scientific where the eye would count zeros: `0.0123`, `12.3`, `2,610`, `1.2e-5`. */
export function figure(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e5)
    return value.toExponential(1).replace("e+", "e").replace("-", "−").replace("e-", "e−");
  const text = size >= 1e3 ? Math.round(value).toLocaleString("en-US") : trim(value.toPrecision(3));
  return text.replace("-", "−");
}

export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined || Number.isNaN(share)) return "–";
  if (share > 0 && share < 0.01) return "<1 %";
  return `${Math.round(100 * share)} %`;
}

/** A setting as Python would print it. */
export function setting(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `(${value.map(setting).join(", ")}${value.length === 1 ? "," : ""})`;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** `1 layer`, `2 layers`. */
export function plural(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
}

function trim(text: string): string {
  return text.includes(".") && !text.includes("e") ? text.replace(/\.?0+$/, "") : text;
}
