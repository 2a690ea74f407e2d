/** Smoothing, and the line under the pointer. */
import type { Colours, Layout, Scope, ScopeData } from "./scope";

const MEMORY = 0.9;

/** Exponential mean without the bias of its start (Kingma and Ba 2015, Adam, section 3); gaps stay gaps. */
export function smoothed(values: readonly number[]): number[] {
  let mean = 0;
  let weight = 0;
  return values.map((value) => {
    if (!Number.isFinite(value)) return value;
    mean = MEMORY * mean + (1 - MEMORY) * value;
    weight = MEMORY * weight + (1 - MEMORY);
    return mean / weight;
  });
}

/** The layout with an upright line at the step under the pointer, if that is in another plot. */
export function withCursor(scope: Scope, data: ScopeData, layout: Layout, colours: Colours): Layout {
  const { cursor } = data;
  if (!scope.overSteps || !cursor || cursor.from === scope.id) return layout;
  const line = {
    type: "line",
    xref: "x",
    yref: "paper",
    x0: cursor.step,
    x1: cursor.step,
    y0: 0,
    y1: 1,
    name: "cursor",
    line: { color: colours.text, width: 1 },
  };
  return { ...layout, shapes: [...((layout.shapes as Layout[] | undefined) ?? []), line] };
}
