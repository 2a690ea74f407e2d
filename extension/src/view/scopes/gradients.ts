/** Does the gradient reach the first layer? One bar per layer, first layer on the left, log scale. */

import { decades, isNarrow, logAxis, panel } from "./axes";
import { depthAxis, depthBars } from "./depth";
import { measured } from "./measured";
import type { Scope } from "./scope";

export const gradientsScope: Scope = {
  id: "gradients",
  label: "Gradients",
  question: "Does the gradient reach the first layer?",
  reading: "Typical size per layer. Falling to the left: vanishing. Rising: exploding.",
  waiting: "Gradients appear after the first backward pass.",
  needs: ["gradient.norm"],
  figure(data, colours, room) {
    const norms = measured(data, "gradient.norm");
    if (norms === null) return null;
    return {
      data: [depthBars(data, norms, colours, "gradient")],
      layout: panel(colours, {
        xaxis: depthAxis(data, colours, room.width),
        yaxis: logAxis(colours, isNarrow(room) ? "" : "gradient", decades(norms)),
        bargap: 0.15,
      }),
    };
  },
};
