/** Do the activations keep their scale? Standard deviation as bars, the mean's size as diamonds, log scale. */

import { decades, isNarrow, logAxis, panel } from "./axes";
import { depthAxis, depthBars, guideLine } from "./depth";
import { measured } from "./measured";
import type { Colours, Scope, ScopeData, Trace } from "./scope";

export const activationsScope: Scope = {
  id: "activations",
  label: "Activations",
  question: "Do the activations keep their scale?",
  reading: "Bars: spread. Diamonds: mean (hollow: negative). Level is healthy.",
  waiting: "Activations appear after the first forward pass.",
  needs: ["activation.std"],
  figure(data, colours, room) {
    const spread = measured(data, "activation.std");
    if (spread === null) return null;
    const mean = measured(data, "activation.mean");
    const range = decades([...spread, ...largeMeans(mean ?? [], spread), 1]);
    return {
      data: [
        depthBars(data, spread, colours, "std"),
        ...(mean ? [meanMarks(data, mean, range, colours, room.width)] : []),
      ],
      layout: panel(colours, {
        xaxis: depthAxis(data, colours, room.width),
        yaxis: logAxis(colours, isNarrow(room) ? "" : "activation", range),
        shapes: [guideLine(colours, 1)],
        bargap: 0.15,
      }),
    };
  },
};

/** Means below a hundredth of the spread say no more than "centred": the axis does not stretch for them. */
function largeMeans(mean: readonly number[], spread: readonly number[]): number[] {
  return mean.map(Math.abs).filter((size, position) => size > (spread[position] ?? 0) / 100);
}

/** A log axis cannot show a sign: the diamond is hollow where the mean is negative. Small ones lie on the floor. */
function meanMarks(
  data: ScopeData,
  mean: readonly number[],
  range: readonly [number, number],
  colours: Colours,
  width: number,
): Trace {
  const floor = 10 ** range[0];
  return {
    type: "scatter",
    mode: "markers",
    name: "mean",
    x: mean.map((_, position) => position),
    y: mean.map((value) => Math.max(Math.abs(value), floor)),
    customdata: data.layers,
    cliponaxis: false,
    text: mean.map((value, position) => `${data.names[position] ?? ""}<br>mean ${value.toPrecision(3)}`),
    marker: {
      symbol: "diamond",
      size: Math.max(4, Math.min(9, (0.7 * width) / mean.length)),
      color: mean.map((value) => (value < 0 ? colours.surface : colours.second)),
      line: { color: colours.second, width: 1.5 },
    },
    hovertemplate: "%{text}<extra></extra>",
  };
}
