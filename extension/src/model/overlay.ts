/** Numbers shown on the boxes: from arrays of a frame to a value, a place on the scale and a line for each layer. Pure. */
import type { NamedArrays } from "../protocol/arrays";
import type { QuantityView } from "../protocol/messages";
import { figure, percent } from "./format";

/** How a number is shown: as the box's colour, as the length of a bar, or with what it was before as a line. */
export type OverlayForm = "colour" | "bar" | "line";

export interface Scale {
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
}

export interface OverlayBox {
  readonly value: number;
  /** Place on the scale, 0 to 1. */
  readonly share: number;
  /** From the first look to the newest, 0 to 1 on a scale of its own. */
  readonly line: readonly number[];
  /** Of a distribution: shares by power of two, the largest 1. */
  readonly bars: readonly number[];
}

export interface Overlay {
  readonly quantity: QuantityView;
  readonly scale: Scale;
  /** The step whose numbers these are; null: the newest. */
  readonly at: number | null;
  readonly boxes: ReadonlyMap<string, OverlayBox>;
  /** Of a distribution: the powers of two of its first and last bar. */
  readonly exponents: readonly [number, number] | null;
}

export function overlay(
  quantity: QuantityView,
  layers: readonly string[],
  arrays: NamedArrays,
  at: number | null,
): Overlay | null {
  return quantity.distribution ? distribution(quantity, layers, arrays) : numbers(quantity, layers, arrays, at);
}

function numbers(quantity: QuantityView, layers: readonly string[], arrays: NamedArrays, at: number | null) {
  const value = arrays["overlay.value"];
  const step = arrays["overlay.step"];
  const points = value?.shape[1] ?? 0;
  if (!value || !step || value.shape[0] !== layers.length || step.data.length !== value.data.length) return null;
  const rows = layers.map((uid, row) => {
    const line = Array.from(value.data.slice(row * points, (row + 1) * points));
    const steps = Array.from(step.data.slice(row * points, (row + 1) * points));
    return { uid, line: line.filter((_, index) => (steps[index] ?? -1) >= 0), value: valueAt(steps, line, at) };
  });
  const scale = scaleOf(
    quantity,
    rows.map((row) => row.value),
  );
  const boxes = new Map(
    rows
      .filter((row) => row.line.length > 0)
      .map(({ uid, value, line }) => [uid, { value, share: place(scale, value), line: stretched(line), bars: [] }]),
  );
  return { quantity, scale, at, boxes, exponents: null };
}

function distribution(quantity: QuantityView, layers: readonly string[], arrays: NamedArrays): Overlay | null {
  const rows = arrays["overlay.rows"];
  const exponent = arrays["overlay.exponent"]?.data;
  const bins = rows?.shape[1] ?? 0;
  if (!rows || !exponent?.length || rows.shape[0] !== layers.length) return null;
  const boxes = new Map<string, OverlayBox>();
  for (const [row, uid] of layers.entries()) {
    const shares = Array.from(rows.data.slice(row * bins, (row + 1) * bins));
    const most = Math.max(...shares);
    if (most > 0) {
      const value = shares.indexOf(most) + (exponent[0] ?? 0);
      boxes.set(uid, { value, share: 0, line: [], bars: shares.map((share) => share / most) });
    }
  }
  const ends = [exponent[0] ?? 0, exponent.at(-1) ?? 0] as const;
  return { quantity, scale: { low: ends[0], high: ends[1], log: false }, at: null, boxes, exponents: ends };
}

/** The value of the last look up to a step; of the newest one without a step. */
export function valueAt(steps: readonly number[], values: readonly number[], at: number | null): number {
  if (at === null) return values.at(-1) ?? Number.NaN;
  const looks = steps.flatMap((step, look) => (step >= 0 && step <= at ? [look] : []));
  return values[looks.at(-1) ?? -1] ?? Number.NaN;
}

/** From above this many times the smallest on, a scale is logarithmic. */
const SPAN = 30;

/** Shares have the whole scale from 0 to 1; others that between their least and largest. */
export function scaleOf(quantity: QuantityView, values: readonly number[]): Scale {
  if (quantity.unit === "share") return { low: 0, high: 1, log: false };
  if (quantity.unit === "cosine") return { low: -1, high: 1, log: false };
  const finite = values.filter(Number.isFinite);
  if (!finite.length) return { low: 0, high: 1, log: false };
  const positive = finite.filter((value) => value > 0);
  const [least, most] = [Math.min(...positive), Math.max(...finite)];
  const log = finite.every((value) => value >= 0) && positive.length > 1 && most / least > SPAN;
  return { low: log ? least : Math.min(...finite), high: most, log };
}

export function place({ low, high, log }: Scale, value: number): number {
  if (!Number.isFinite(value)) return Number.NaN;
  if (high <= low) return 0.5;
  const share = log ? Math.log(Math.max(value, low) / low) / Math.log(high / low) : (value - low) / (high - low);
  return Math.min(1, Math.max(0, share));
}

function stretched(line: readonly number[]): readonly number[] {
  const finite = line.filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  return line.map((value) => (high > low ? (value - low) / (high - low) : 0.5));
}

/** Cividis (Nuñez, Anderton and Renslow 2018): told apart with every kind of colour vision, and in grey. */
const RAMP = [
  [0, 32, 77],
  [65, 77, 107],
  [124, 123, 120],
  [188, 175, 111],
  [255, 234, 70],
] as const;
export const RAMP_CSS = `linear-gradient(to right, ${RAMP.map((rgb) => `rgb(${rgb.join(" ")})`).join(", ")})`;

/** Colour of a place on the scale, and black or white for text on it, whichever is read better. */
export function rampColour(share: number): { readonly fill: string; readonly ink: string } {
  if (!Number.isFinite(share)) return { fill: "transparent", ink: "inherit" };
  const at = share * (RAMP.length - 1);
  const low = RAMP[Math.min(Math.floor(at), RAMP.length - 2)] ?? RAMP[0];
  const high = RAMP[Math.min(Math.floor(at) + 1, RAMP.length - 1)] ?? RAMP[0];
  const part = at - Math.min(Math.floor(at), RAMP.length - 2);
  const rgb = low.map((one, channel) => Math.round(one + part * ((high[channel] ?? one) - one)));
  return { fill: `rgb(${rgb.join(" ")})`, ink: luminance(rgb) > 0.179 ? "#000" : "#fff" };
}

/** As in WCAG 2: above 0.179 black has the better contrast. */
function luminance(rgb: readonly number[]): number {
  const [red = 0, green = 0, blue = 0] = rgb.map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The points of a line in a field of that size, for an SVG polyline; what is not finite is left out. */
export function linePoints(line: readonly number[], width: number, height: number): string {
  const step = line.length > 1 ? width / (line.length - 1) : 0;
  return line
    .map((share, index) => (Number.isFinite(share) ? `${(index * step).toFixed(1)},${yOf(share, height)}` : ""))
    .filter(Boolean)
    .join(" ");
}

function yOf(share: number, height: number): string {
  return (1 + (1 - share) * (height - 2)).toFixed(1);
}

/** A number with its unit, as short as on a box. */
export function withUnit(value: number, unit: string): string {
  if (unit === "share") return percent(value);
  if (unit === "s") return `${figure(value * 1e3)} ms`;
  if (unit === "B") return bytes(value);
  return figure(value);
}

function bytes(value: number): string {
  const power = value >= 1 ? Math.min(3, Math.floor(Math.log2(value) / 10)) : 0;
  return `${figure(value / 1024 ** power)} ${["B", "KiB", "MiB", "GiB"][power]}`;
}

/** `gradient_norm` in words. */
export function quantityWords(name: string): string {
  return name.replaceAll("_", " ");
}
