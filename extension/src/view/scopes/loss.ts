/** Is the loss going down? Each step faint, the smoothed curve strong, a numbered flag per edit. */

import { axis, isNarrow, largest, logAxis, panel, positives, smallest, stepAxis, wantsLog } from "./axes";
import type { BranchLine, Colours, Flag, Layout, Numbers, Room, Scope, ScopeData, Trace } from "./scope";

export const lossScope: Scope = {
  id: "loss",
  label: "Loss",
  question: "Is the loss going down?",
  reading: "Faint: every step. Strong: smoothed. Each edit has a flag.",
  waiting: "The curve starts with the first step.",
  needs: ["loss.step", "loss.value"],
  overSteps: true,
  figure(data, colours, room) {
    const step = data.arrays["loss.step"]?.data;
    const value = data.arrays["loss.value"]?.data;
    if (!step?.length || !value?.length) return null;
    return { data: traces(data, step, value, colours), layout: layout(data, step, value, colours, room) };
  },
};

function traces(data: ScopeData, step: Numbers, value: Numbers, colours: Colours): Trace[] {
  const smooth = data.smooth ? data.arrays["loss.smooth"]?.data : undefined;
  return [
    ...data.branches.flatMap((branch) => otherBranch(data, branch)),
    curve("each step", step, value, colours.line, 1, smooth ? 0.35 : 1),
    ...(smooth ? [curve("smoothed", step, smooth, colours.line, 2.5, 1)] : []),
    ...shadow(data, colours),
    flagMarks(data.flags, colours),
  ];
}

function otherBranch({ arrays }: ScopeData, { number, name, colour }: BranchLine): Trace[] {
  const step = arrays[`branch.${number}.step`]?.data;
  const value = arrays[`branch.${number}.value`]?.data;
  return step?.length && value?.length ? [curve(name, step, value, colour, 1.2, 0.75)] : [];
}

/** The network without the last edit, on the same batches. */
function shadow(data: ScopeData, colours: Colours): Trace[] {
  const step = data.arrays["shadow.step"]?.data;
  const value = data.arrays["shadow.value"]?.data;
  if (!step?.length || !value?.length) return [];
  const line = curve("without the edit", step, value, colours.second, 1.5, 0.8);
  return [{ ...line, line: { color: colours.second, width: 1.5, dash: "dot" } }];
}

function curve(name: string, x: Numbers, y: Numbers, color: string, width: number, opacity: number): Trace {
  return {
    type: "scatter",
    mode: x.length === 1 ? "markers" : "lines",
    name,
    x,
    y,
    opacity,
    line: { color, width },
    marker: { color, size: 6 },
    hovertemplate: `step %{x}<br>${name} %{y:.4~g}<extra></extra>`,
  };
}

/** Numbered flags at the top of the plot; hover tells the edit. Their own y axis runs from 0 to 1. */
export function flagMarks(flags: readonly Flag[], colours: Colours): Trace {
  return {
    type: "scatter",
    mode: "markers+text",
    name: "edits",
    yaxis: "y2",
    x: flags.map((flag) => flag.step),
    y: flags.map(() => 0.95),
    text: flags.map((flag) => String(flag.number)),
    customdata: flags.map((flag) => flag.label),
    textfont: { size: 10, color: colours.surface },
    marker: { symbol: "square", size: 16, color: colours.second },
    hovertemplate: "edit %{text} at step %{x}<br>%{customdata}<extra></extra>",
    cliponaxis: false,
  };
}

/** A thin upright line at the step of every edit, up to its flag. */
export function flagLines(flags: readonly Flag[], colours: Colours): Layout[] {
  return flags.map((flag) => ({
    type: "line",
    xref: "x",
    yref: "paper",
    x0: flag.step,
    x1: flag.step,
    y0: 0,
    y1: 0.9,
    line: { color: colours.second, width: 1, dash: "dot" },
  }));
}

function layout(data: ScopeData, step: Numbers, value: Numbers, colours: Colours, room: Room): Layout {
  return panel(colours, {
    xaxis: stepAxis(colours, room, { range: [step[0] ?? 0, Math.max(1, step.at(-1) ?? 1)] }),
    yaxis:
      (data.log ?? wantsLog(value)) && positives(value).length
        ? logLoss(value, colours, room)
        : axis(colours, isNarrow(room) ? "" : "loss", { rangemode: "tozero" }),
    hovermode: "x",
    yaxis2: { overlaying: "y", range: [0, 1], visible: false, fixedrange: true },
    shapes: flagLines(data.flags, colours),
  });
}

/** A tight log range: a loss rarely spans whole decades. */
function logLoss(value: Numbers, colours: Colours, room: Room): Layout {
  const shown = positives(value);
  const range: [number, number] = [Math.log10(smallest(shown)) - 0.1, Math.log10(largest(shown)) + 0.15];
  return logAxis(colours, isNarrow(room) ? "" : "loss (log)", range);
}
