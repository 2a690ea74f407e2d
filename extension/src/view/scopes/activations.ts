/** Do the activations keep their scale? Standard deviation as bars, the mean's size as diamonds, log scale. */

import { decades, legendAbove, logAxis, panel } from "./axes";
import { depthAxis, depthBars, guideLine } from "./depth";
import { measured } from "./measured";
import type { Colours, Scope, ScopeData, Trace } from "./scope";

export const activationsScope: Scope = {
  id: "activations",
  label: "Activations",
  question: "Do the activations keep their scale?",
  reading: "Spread of each layer's output and the size of its mean. Level is healthy; a slope shrinks or grows.",
  waiting: "Activations appear after the first forward pass.",
  needs: ["activation.std"],
  figure(data, colours, room) {
    const spread = measured(data, "activation.std");
    if (spread === null) return null;
    const mean = measured(data, "activation.mean");
    const one = guideLine(colours, 1, "1");
    return {
      data: [
        depthBars(data, spread, colours, "std", "standard deviation"),
        ...(mean ? [meanMarks(data, mean, colours)] : []),
      ],
      layout: panel(colours, {
        xaxis: depthAxis(data, colours, room.width),
        yaxis: logAxis(colours, "activation", decades([...spread, ...(mean ?? []).map(Math.abs), 1])),
        shapes: [one.shape],
        bargap: 0.15,
        showlegend: true,
        legend: legendAbove(colours),
        margin: { l: 48, r: 10, t: 28, b: 34 },
      }),
    };
  },
};

/** A log axis cannot show a sign: the diamond is hollow where the mean is negative. */
function meanMarks(data: ScopeData, mean: readonly number[], colours: Colours): Trace {
  return {
    type: "scatter",
    mode: "markers",
    name: "|mean| (hollow: negative)",
    x: mean.map((_, position) => position),
    y: mean.map((value) => Math.abs(value) || Number.NaN),
    customdata: data.layers,
    text: mean.map((value, position) => `${data.names[position] ?? ""}<br>mean ${value.toPrecision(3)}`),
    marker: { symbol: mean.map((value) => (value < 0 ? "diamond-open" : "diamond")), size: 8, color: colours.second },
    hovertemplate: "%{text}<extra></extra>",
  };
}
