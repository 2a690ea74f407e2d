/** Axes shared by the scopes: ranges that stand still from frame to frame, and the look of a panel. */

import type { Colours, Layout, Numbers, Room } from "./scope";

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";

/** Finite numbers above zero: what a log axis can show. */
export function positives(values: Iterable<number>): number[] {
  return Array.from(values).filter((value) => Number.isFinite(value) && value > 0);
}

/** Whole decades around the values, as exponents of ten; at least `least` decades wide. */
export function decades(values: readonly number[], least = 2): [number, number] {
  const shown = positives(values);
  if (shown.length === 0) return [-1, 1];
  let low = Math.floor(Math.log10(smallest(shown)) - 0.05);
  let high = Math.ceil(Math.log10(largest(shown)) + 0.05);
  while (high - low < least) {
    if ((high - low) % 2 === 0) high += 1;
    else low -= 1;
  }
  return [low, high];
}

export function smallest(values: Iterable<number>): number {
  let found = Number.POSITIVE_INFINITY;
  for (const value of values) if (value < found) found = value;
  return found;
}

export function largest(values: Iterable<number>): number {
  let found = Number.NEGATIVE_INFINITY;
  for (const value of values) if (value > found) found = value;
  return found;
}

/** True if the values span more than a decade and a half and none is zero or below. */
export function wantsLog(values: Numbers | readonly number[]): boolean {
  const finite = Array.from(values).filter(Number.isFinite);
  if (finite.length < 2 || finite.some((value) => value <= 0)) return false;
  return largest(finite) / smallest(finite) > 30;
}

const NARROW = 280;

/** True where axis titles and scales would take the room of the data; the question above says it too. */
export function isNarrow(room: Room): boolean {
  return room.width < NARROW;
}

/** The axis of training steps, with as many numbers as fit side by side. */
export function stepAxis(colours: Colours, room: Room, more: Layout = {}): Layout {
  const nticks = Math.max(4, Math.floor(room.width / 60));
  return axis(colours, isNarrow(room) ? "" : "step", { nticks, tickangle: 0, ...more });
}

export function axis(colours: Colours, title: string, more: Layout = {}): Layout {
  return {
    title: { text: title, font: { size: 11, color: colours.muted }, standoff: 6 },
    color: colours.muted,
    tickfont: { size: 11, color: colours.muted },
    gridcolor: colours.grid,
    linecolor: colours.grid,
    zerolinecolor: colours.grid,
    zeroline: false,
    automargin: true,
    fixedrange: false,
    ...more,
  };
}

/** A log axis over `range` (exponents of ten) with plain numbers at its ticks. */
export function logAxis(colours: Colours, title: string, range: readonly [number, number]): Layout {
  const tickvals = logTicks(range);
  return axis(colours, title, { type: "log", range, tickmode: "array", tickvals, ticktext: tickvals.map(tickText) });
}

/** Powers of ten, at most seven; 1, 2 and 5 of each decade where the range is short. */
export function logTicks([low, high]: readonly [number, number]): number[] {
  const digits = high - low < 1.5 ? [1, 2, 5] : [1];
  const every = Math.max(1, Math.ceil((high - low) / 6));
  const ticks: number[] = [];
  for (let exponent = Math.floor(low); exponent <= Math.ceil(high); exponent += 1) {
    if (exponent % every === 0) ticks.push(...digits.map((digit) => Number(`${digit}e${exponent}`)));
  }
  return ticks.filter((tick) => Math.log10(tick) >= low - 1e-9 && Math.log10(tick) <= high + 1e-9);
}

/** `0.0001`, `1`, `100`; beyond that `10⁻⁶`. */
export function tickText(value: number): string {
  if (value >= 1e-4 && value <= 1e3) return String(value);
  const exponent = Math.floor(Math.log10(value) + 1e-9);
  const digit = Math.round(value / 10 ** exponent);
  return `${digit === 1 ? "" : `${digit}·`}10<sup>${exponent}</sup>`;
}

export function panel(colours: Colours, more: Layout): Layout {
  return {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: FONT, size: 11, color: colours.text },
    margin: { l: 40, r: 10, t: 12, b: 28 },
    hoverlabel: {
      bgcolor: colours.surface,
      bordercolor: colours.grid,
      font: { family: FONT, size: 12, color: colours.text },
    },
    showlegend: false,
    uirevision: "keep",
    ...more,
  };
}
