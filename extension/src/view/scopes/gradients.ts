/** Does the gradient reach the first layer? One bar per layer, first layer on the left, log scale. */

import { decades, isNarrow, logAxis, panel } from "./axes";
import { depthAxis, depthBars } from "./depth";
import { measured, onlyMeasured } from "./measured";
import type { Scope } from "./scope";

export const gradientsScope: Scope = {
  id: "gradients",
  label: "Gradients",
  question: "Does the gradient reach the first layer?",
  reading: "Typical size per layer. Falling to the left: vanishing. Rising: exploding.",
  waiting: "Gradients appear after the first backward pass.",
  needs: ["gradient.norm"],
  figure(data, colours, room) {
    const all = measured(data, "gradient.norm");
    if (all === null) return null;
    const { data: shown, values } = onlyMeasured(data, all);
    return {
      data: [depthBars(shown, values, colours, "gradient")],
      layout: panel(colours, {
        xaxis: depthAxis(shown, colours, room.width),
        yaxis: logAxis(colours, isNarrow(room) ? "" : "gradient", decades(values)),
        bargap: 0.15,
      }),
    };
  },
};
