/** Parts of the plots "by depth": layers along x in the order of the forward pass, one mark per layer. */

import { axis } from "./axes";
import type { Colours, Layout, ScopeData, Trace } from "./scope";

/** Bars on a log axis; the selected layer stands out; `customdata` is the layer's uid for clicks. */
export function depthBars(data: ScopeData, values: readonly number[], colours: Colours, word: string): Trace {
  return {
    type: "bar",
    name: word,
    x: positions(values),
    y: values,
    customdata: data.layers,
    text: data.names,
    textposition: "none",
    marker: { color: data.layers.map((uid) => (data.chosen.includes(uid) ? colours.selected : colours.line)) },
    hovertemplate: `%{text}<br>${word} %{y:.3~g}<extra></extra>`,
  };
}

/** Layer names where they fit; above `most` layers every second, third ... name. */
export function depthAxis(data: ScopeData, colours: Colours, width: number, title = ""): Layout {
  const every = nameStride(data.names, width);
  const shown = positions(data.names).filter((position) => position % every === 0);
  return axis(colours, title, {
    tickmode: "array",
    tickvals: shown,
    ticktext: shown.map((position) => shorten(data.names[position] ?? "")),
    tickangle: slanted(data.names, width) ? -40 : 0,
    range: [-0.6, data.names.length - 0.4],
    showgrid: false,
  });
}

/** How many layers share one label, so that labels of one line each, slanted, do not meet. */
export function nameStride(names: readonly string[], width: number): number {
  const room = width / Math.max(1, names.length);
  return Math.max(1, Math.ceil(22 / room));
}

export function slanted(names: readonly string[], width: number): boolean {
  const longest = Math.max(0, ...names.map((name) => shorten(name).length));
  return longest * 6.5 + 6 > width / Math.max(1, names.length);
}

/** The end of a dotted path says most: `encoder.layers.0.fc1` becomes `…0.fc1`. */
export function shorten(name: string, most = 12): string {
  if (name.length <= most) return name;
  const tail = name.slice(name.length - most + 1);
  const dot = tail.indexOf(".");
  return `…${dot >= 0 && dot < tail.length - 1 ? tail.slice(dot + 1) : tail}`;
}

function positions(values: ArrayLike<unknown>): number[] {
  return Array.from({ length: values.length }, (_, index) => index);
}

/** A dashed line across the whole plot at `y`. */
export function guideLine(colours: Colours, y: number): Layout {
  return {
    type: "line",
    xref: "paper",
    x0: 0,
    x1: 1,
    yref: "y",
    y0: y,
    y1: y,
    line: { color: colours.text, width: 1.5, dash: "dash" },
  };
}
