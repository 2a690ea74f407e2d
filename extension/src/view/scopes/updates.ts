/** Is each layer learning at a sensible speed? Size of the last update over size of the weights, near 1e-3. */

import { decades, isNarrow, logAxis, panel } from "./axes";
import { depthAxis, depthBars, guideLine } from "./depth";
import { measured, onlyMeasured } from "./measured";
import type { Colours, Layout, Scope } from "./scope";

const USUAL = 1e-3;

export const updatesScope: Scope = {
  id: "updates",
  label: "Updates",
  question: "Is each layer learning at a sensible speed?",
  reading: "Update / weight. Near 0.001 is usual, far above is unstable.",
  waiting: "Update sizes appear after the first optimizer step.",
  needs: ["update.ratio"],
  figure(data, colours, room) {
    const all = measured(data, "update.ratio");
    if (all === null) return null;
    const { data: shown, values } = onlyMeasured(data, all);
    const ratios = values.map((exponent) => 10 ** exponent);
    return {
      data: [depthBars(shown, ratios, colours, "update / weight")],
      layout: panel(colours, {
        xaxis: depthAxis(shown, colours, room.width),
        yaxis: logAxis(colours, isNarrow(room) ? "" : "update / weight", decades([...ratios, USUAL / 10, USUAL * 10])),
        shapes: [band(colours), guideLine(colours, USUAL)],
        bargap: 0.15,
      }),
    };
  },
};

/** The usual range, a decade to either side. */
function band(colours: Colours): Layout {
  return {
    type: "rect",
    layer: "below",
    xref: "paper",
    x0: 0,
    x1: 1,
    yref: "y",
    y0: USUAL / 10,
    y1: USUAL * 10,
    fillcolor: colours.band,
    line: { width: 0 },
  };
}
