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
    return {
      data: [depthBars(data, spread, colours, "std"), ...(mean ? [meanMarks(data, mean, colours, room.width)] : [])],
      layout: panel(colours, {
        xaxis: depthAxis(data, colours, room.width),
        yaxis: logAxis(
          colours,
          isNarrow(room) ? "" : "activation",
          decades([...spread, ...(mean ?? []).map(Math.abs), 1]),
        ),
        shapes: [guideLine(colours, 1)],
        bargap: 0.15,
      }),
    };
  },
};

/** A log axis cannot show a sign: the diamond is hollow where the mean is negative. */
function meanMarks(data: ScopeData, mean: readonly number[], colours: Colours, width: number): Trace {
  return {
    type: "scatter",
    mode: "markers",
    name: "mean",
    x: mean.map((_, position) => position),
    y: mean.map((value) => Math.abs(value) || Number.NaN),
    customdata: data.layers,
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
