/** The keys of the computation. */
import type { State } from "../store/state";
import { announce } from "./ask";
import {
  selectBox,
  showBackward,
  showComputation,
  toggleSelected,
  travelBy,
  walkIn,
  walkOut,
  walkTree,
} from "./computation";
import type { Studio } from "./studio";
import type { UiCommand } from "./uiCommand";

const shown = (state: State) => state.compute.shown;

function command(
  id: string,
  label: string,
  keys: readonly string[],
  run: UiCommand["run"],
  enabled = shown,
): UiCommand {
  return { id: `patchgrad:${id}`, label, keys, family: "Computation", enabled, run };
}

export const toggleComputation = command(
  "toggle-computation",
  "Layers or computation",
  ["g"],
  (studio) => showComputation(studio, !studio.store.getState().compute.shown),
  (state) => !state.compute.alone,
);

const step = (by: 1 | -1) => (studio: Studio) => {
  if (!walkTree(studio, by)) announce(studio, by === 1 ? "That was the last" : "That was the first");
};

const travel = (by: 1 | -1) => (studio: Studio) => travelBy(studio, by);

const walking = (state: State) => shown(state) && state.compute.travelled !== null;

export const findInComputation = command("find-op", "Find an op", ["Ctrl+F", "/"], ({ store, page }) => {
  store.dispatch({ type: "compute-finding", open: true });
  page.focus?.("find-ops");
});
export const fitComputation = command("fit-computation", "Fit to the canvas", ["0"], ({ page }) =>
  page.fitComputation?.(),
);
export const zoomInComputation = command("zoom-in-computation", "Zoom in", ["+", "="], ({ page }) => page.zoom?.(1.25));
export const zoomOutComputation = command("zoom-out-computation", "Zoom out", ["-"], ({ page }) => page.zoom?.(0.8));

export const COMPUTE_COMMANDS: readonly UiCommand[] = [
  toggleComputation,
  command("next-op", "Next in the order in which it ran", ["ArrowDown"], step(1)),
  command("previous-op", "The one before", ["ArrowUp"], step(-1)),
  command("into-op", "Open a group, or follow what an op puts out", ["ArrowRight"], walkIn),
  command("out-of-op", "Close a group, or back to what feeds it", ["ArrowLeft"], walkOut),
  command("open-op", "Open or close a group", ["Enter"], toggleSelected),
  command("leave-op", "Select nothing", ["Escape"], (studio) => selectBox(studio, null)),
  command("direction", "Forward or backward", ["d"], (studio) =>
    showBackward(studio, !studio.store.getState().compute.backward),
  ),
  command("walk-forward", "Walk: one op forward", [";"], travel(1), walking),
  command("walk-back", "Walk: one op back", [","], travel(-1), walking),
  findInComputation,
  fitComputation,
  zoomInComputation,
  zoomOutComputation,
];
