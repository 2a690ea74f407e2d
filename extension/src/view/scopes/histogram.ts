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
  overSteps: true,
  needs: ["histogram.counts", "histogram.step", "histogram.exponent"],
  figure(data, colours, room) {
    const counts = data.arrays["histogram.counts"]?.data;
    const step = data.arrays["histogram.step"]?.data;
    const exponent = data.arrays["histogram.exponent"]?.data;
    if (!counts?.length || !step?.length || !exponent?.length) return null;
    const bands = withEnds(data, counts, step.length, exponent);
    return { data: [heat(step, bands, colours, room)], layout: layout(data, bands, colours, room) };
  },
};

/** One row of the heat map per power of two, and where there are any, one for zeros below and one for NaN above. */
interface Band {
  readonly y: number;
  readonly label: string;
  readonly counts: readonly number[];
}

function withEnds(data: ScopeData, counts: Numbers, steps: number, exponent: Numbers): Band[] {
  const bands = Array.from(exponent, (y, bin) => ({
    y,
    label: `2<sup>${y}</sup>`,
    counts: Array.from({ length: steps }, (_, row) => counts[row * exponent.length + bin] ?? 0),
  }));
  return [
    ...edge(data, "histogram.zeros", "0", (exponent[0] ?? 0) - GAP),
    ...bands,
    ...edge(data, "histogram.lost", "∞, NaN", (exponent.at(-1) ?? 0) + GAP),
  ];
}

/** Bands away from the others, so that nobody takes them for a power of two. */
const GAP = 2;

function edge(data: ScopeData, name: string, label: string, y: number): Band[] {
  const counts = Array.from(data.arrays[name]?.data ?? []);
  return counts.some((count) => count > 0) ? [{ y, label, counts }] : [];
}

function heat(step: Numbers, bands: readonly Band[], colours: Colours, room: Room): Trace {
  return {
    type: "heatmap",
    x: step,
    y: bands.map((band) => band.y),
    z: shares(bands.map((band) => band.counts)),
    text: bands.map((band) => Array.from(step, () => band.label)),
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
    hovertemplate: "step %{x}<br>size about %{text}<br>%{z:.1%} of the numbers<extra></extra>",
  };
}

/** Counts by band and step, as the share of the step's numbers that lie in the band; what is empty stays empty. */
export function shares(bands: readonly (readonly number[])[]): number[][] {
  const totals = (bands[0] ?? []).map((_, at) => bands.reduce((sum, band) => sum + (band[at] ?? 0), 0));
  return bands.map((band) => band.map((count, at) => (count > 0 ? count / (totals[at] ?? count) : Number.NaN)));
}

function layout(data: ScopeData, bands: readonly Band[], colours: Colours, room: Room): Layout {
  const name = data.names[data.layers.indexOf(data.selected ?? "")] ?? "";
  return panel(colours, {
    xaxis: stepAxis(colours, room, { showgrid: false }),
    yaxis: axis(colours, isNarrow(room) ? "" : name ? `size in ${shorten(name)}` : "size", {
      tickmode: "array",
      ...bandTicks(bands, room),
    }),
    shapes: flagLines(data.flags, colours),
  });
}

/** The bands for zeros and NaN always, and as many powers of two as leave 18 pixels to each. */
function bandTicks(bands: readonly Band[], room: Room): Layout {
  const every = Math.max(1, Math.ceil((bands.length * 18) / Math.max(40, room.height - 40)));
  const shown = bands.filter((band) => !band.label.startsWith("2") || band.y % every === 0);
  return { tickvals: shown.map((band) => band.y), ticktext: shown.map((band) => band.label) };
}
