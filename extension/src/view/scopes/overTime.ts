/** How does the number on the boxes move? One line per layer over the steps; the selected one strong. */

import { axis, isNarrow, largest, logAxis, panel, positives, smallest, stepAxis, wantsLog } from "./axes";
import { smoothed } from "./curves";
import { flagLines, flagMarks } from "./loss";
import type { Colours, Layout, Room, Scope, ScopeData, Trace } from "./scope";

/** Of more lines the raw ones would be a haze. */
const FEW = 12;

interface Line {
  readonly uid: string;
  readonly name: string;
  readonly steps: readonly number[];
  readonly values: readonly number[];
  readonly colour: string;
}

export const overTimeScope: Scope = {
  id: "overtime",
  label: "Over time",
  question: "How does the number on the boxes move?",
  ask: (data) => data.shownQuestion || "How does the number on the boxes move?",
  reading: "A line for each layer, blue at the input, yellow at the output. The selected one is strong.",
  waiting: "Choose a number for the boxes of the canvas (O): its lines come here.",
  needs: ["overlay.step", "overlay.value"],
  overSteps: true,
  figure(data, colours, room) {
    const lines = linesOf(data);
    if (!lines.length) return null;
    const values = lines.flatMap((line) => line.values);
    const log = data.log ?? (!values.some((value) => value < 0) && wantsLog(positives(values)));
    return {
      data: [...lines.flatMap((line) => traces(line, lines.length, data)), flagMarks(data.flags, colours)],
      layout: layout(data, values, log, colours, room),
    };
  },
};

function linesOf(data: ScopeData): Line[] {
  const step = data.arrays["overlay.step"];
  const value = data.arrays["overlay.value"];
  const points = value?.shape[1] ?? 0;
  if (!step || !value || step.data.length !== value.data.length || value.shape[0] !== data.layers.length) return [];
  return data.layers.flatMap((uid, row) => {
    const all = Array.from(step.data.slice(row * points, (row + 1) * points));
    const from = all.findIndex((at) => at >= 0);
    if (from < 0) return [];
    const values = Array.from(value.data.slice(row * points + from, (row + 1) * points));
    return [
      {
        uid,
        name: data.names[row] ?? "",
        steps: all.slice(from),
        values,
        colour: depthColour(row, data.layers.length),
      },
    ];
  });
}

/** From blue to yellow, as in the plots of Python: the order survives without colour vision. */
function depthColour(place: number, count: number): string {
  const share = place / Math.max(count - 1, 1);
  const [low, high] = [
    [45, 110, 190],
    [225, 190, 50],
  ] as const;
  return `rgb(${low.map((one, at) => Math.round(one + share * ((high[at] ?? one) - one))).join(",")})`;
}

function traces(line: Line, count: number, data: ScopeData): Trace[] {
  const chosen = data.chosen.includes(line.uid);
  const dimmed = data.chosen.length > 0 && !chosen && data.layers.some((uid) => data.chosen.includes(uid));
  const drawn = (values: readonly number[], width: number, opacity: number) => ({
    type: "scatter",
    mode: values.length === 1 ? "markers" : "lines",
    name: line.name,
    x: line.steps,
    y: values,
    customdata: line.steps.map(() => line.uid),
    opacity,
    line: { color: line.colour, width },
    hovertemplate: `${line.name}<br>step %{x}<br>%{y:.4~g}<extra></extra>`,
  });
  const strong = drawn(data.smooth ? smoothed(line.values) : line.values, chosen ? 3.5 : 1.5, dimmed ? 0.25 : 1);
  return data.smooth && count <= FEW
    ? [{ ...drawn(line.values, 1, dimmed ? 0.1 : 0.3), hoverinfo: "skip", hovertemplate: undefined }, strong]
    : [strong];
}

function layout(data: ScopeData, values: readonly number[], log: boolean, colours: Colours, room: Room): Layout {
  const title = isNarrow(room) ? "" : data.shownUnit;
  const shown = positives(values);
  const range: [number, number] = [Math.log10(smallest(shown)) - 0.1, Math.log10(largest(shown)) + 0.15];
  return panel(colours, {
    xaxis: stepAxis(colours, room),
    yaxis: log && shown.length ? logAxis(colours, title, range) : axis(colours, title),
    hovermode: "closest",
    yaxis2: { overlaying: "y", range: [0, 1], visible: false, fixedrange: true },
    shapes: flagLines(data.flags, colours),
  });
}
