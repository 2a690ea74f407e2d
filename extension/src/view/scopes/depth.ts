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

/** Left and right of the bars: the numbers of the y axis. */
const MARGINS = 64;

/** Layer names where they fit; of many layers their numbers, from 1 at the input. */
export function depthAxis(data: ScopeData, colours: Colours, panelWidth: number): Layout {
  const width = Math.max(1, panelWidth - MARGINS);
  const look = { range: [-0.6, data.names.length - 0.4], showgrid: false, tickmode: "array" };
  if (!namesFit(data.names, width))
    return axis(colours, "layer", { ...look, ...numberTicks(data.names.length, width) });
  return axis(colours, "", {
    ...look,
    tickvals: positions(data.names),
    ticktext: data.names.map((name) => shorten(name)),
    tickangle: slanted(data.names, width) ? -40 : 0,
  });
}

/** A slanted name needs 18 pixels. */
export function namesFit(names: readonly string[], width: number): boolean {
  return names.length * 18 <= width;
}

/** True if the longest name, at about 6.5 pixels a letter, is wider than a bar's room. */
export function slanted(names: readonly string[], width: number): boolean {
  const longest = Math.max(0, ...names.map((name) => shorten(name).length));
  return longest * 6.5 + 6 > width / Math.max(1, names.length);
}

/** 1, and multiples of 1, 2, 5, 10 ... that leave 26 pixels to each. */
export function numberTicks(layers: number, width: number): Layout {
  const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
  const step = steps.find((one) => (one * width) / layers >= 26) ?? layers;
  const numbers = positions({ length: layers }).map((position) => position + 1);
  const shown = numbers.filter((number) => number % step === 0 || (number === 1 && step > 1));
  return { tickvals: shown.map((number) => number - 1), ticktext: shown.map(String), tickangle: 0 };
}

/** The end of a dotted path says most: `encoder.layers.0.fc1` becomes `…0.fc1`. */
export function shorten(name: string, most = 12): string {
  if (name.length <= most) return name;
  const tail = name.slice(name.length - most + 1);
  const dot = tail.indexOf(".");
  return `…${dot >= 0 && dot < tail.length - 1 ? tail.slice(dot + 1) : tail}`;
}

function positions(values: { readonly length: number }): number[] {
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
