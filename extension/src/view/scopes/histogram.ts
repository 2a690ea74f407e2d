/** What do this layer's numbers look like over time? Powers of two up, steps along, darker is more. */

import { axis, isNarrow, panel, stepAxis } from "./axes";
import { shorten } from "./depth";
import { flagLines } from "./loss";
import type { Colours, Layout, Numbers, Room, Scope, ScopeData, Trace } from "./scope";

export const histogramScope: Scope = {
  id: "histogram",
  label: "Histogram",
  question: "What do this layer's numbers look like over time?",
  reading: "Sizes as powers of two. A level band is healthy; sinking: it dies.",
  waiting: "Select a layer to see its numbers over time.",
  needs: ["histogram.counts", "histogram.step", "histogram.exponent"],
  figure(data, colours, room) {
    const counts = data.arrays["histogram.counts"]?.data;
    const step = data.arrays["histogram.step"]?.data;
    const exponent = data.arrays["histogram.exponent"]?.data;
    if (!counts?.length || !step?.length || !exponent?.length) return null;
    return { data: [heat(counts, step, exponent, colours, room)], layout: layout(data, colours, room) };
  },
};

function heat(counts: Numbers, step: Numbers, exponent: Numbers, colours: Colours, room: Room): Trace {
  return {
    type: "heatmap",
    x: step,
    y: exponent,
    z: shares(counts, step.length, exponent.length),
    transpose: true,
    zmin: 0,
    colorscale: colours.heat.map((colour, position) => [position / (colours.heat.length - 1), colour]),
    showscale: !isNarrow(room),
    colorbar: {
      title: { text: "share", side: "right", font: { size: 11, color: colours.muted } },
      tickformat: ".0%",
      tickfont: { size: 10, color: colours.muted },
      thickness: 8,
      outlinewidth: 0,
      nticks: 4,
    },
    hovertemplate: "step %{x}<br>size about 2<sup>%{y}</sup><br>%{z:.1%} of the numbers<extra></extra>",
  };
}

/** Counts of (steps, bins), row by row, as the share of each step that lies in the bin; an empty step stays empty. */
export function shares(counts: Numbers, steps: number, bins: number): number[][] {
  return Array.from({ length: steps }, (_, row) => {
    const line = Array.from(counts.slice(row * bins, (row + 1) * bins));
    const total = line.reduce((sum, count) => sum + count, 0);
    return line.map((count) => (total > 0 && count > 0 ? count / total : Number.NaN));
  });
}

function layout(data: ScopeData, colours: Colours, room: Room): Layout {
  const name = data.names[data.layers.indexOf(data.selected ?? "")] ?? "";
  return panel(colours, {
    xaxis: stepAxis(colours, room, { showgrid: false }),
    yaxis: axis(colours, isNarrow(room) ? "" : name ? `size in ${shorten(name)}` : "size", {
      tickprefix: "2<sup>",
      ticksuffix: "</sup>",
      nticks: 7,
    }),
    shapes: flagLines(data.flags, colours),
  });
}
