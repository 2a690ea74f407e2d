/** Arrow keys, Tab, Enter and Escape: about the canvas, or through the targets while something is dragged. */
import type { Direction } from "../model/graphIndex";
import { dropOnTarget, letGo, walkTargets } from "./drag";
import { selectNodes, walk } from "./select";
import type { UiCommand } from "./uiCommand";

const STEP: Readonly<Record<Direction, 1 | -1>> = { right: 1, down: 1, left: -1, up: -1 };

function arrow(direction: Direction, key: string): UiCommand {
  return {
    id: `patchgrad:walk-${direction}`,
    label: `Layer ${direction === "up" ? "above" : direction === "down" ? "below" : `to the ${direction}`}, or next target`,
    keys: [key],
    family: "Move about",
    enabled: (state) => state.graph.nodes.length > 0,
    run: (studio) => (studio.store.getState().drag ? walkTargets(studio, STEP[direction]) : walk(studio, direction)),
  };
}

export const walkRight = arrow("right", "ArrowRight");
export const walkLeft = arrow("left", "ArrowLeft");
export const walkUp = arrow("up", "ArrowUp");
export const walkDown = arrow("down", "ArrowDown");

export const placeHere: UiCommand = {
  id: "patchgrad:place-here",
  label: "Place it on the chosen target",
  keys: ["Enter"],
  family: "Edit",
  enabled: (state) => state.drag !== null && state.drag.over !== null,
  run: (studio) => dropOnTarget(studio, studio.store.getState().drag?.over ?? ""),
};

/** The innermost thing that is open closes: dialog, drag, selection. */
export const leave: UiCommand = {
  id: "patchgrad:leave",
  label: "Leave, let go, select nothing",
  keys: ["Escape"],
  family: "Move about",
  enabled: () => true,
  run: (studio) => {
    const state = studio.store.getState();
    if (state.layout.keyboardMap) studio.store.dispatch({ type: "keyboard-map-toggled", open: false });
    else if (state.looked) studio.store.dispatch({ type: "looked", looked: null });
    else if (state.compared) studio.store.dispatch({ type: "compared", compared: null });
    else if (state.source) studio.store.dispatch({ type: "source-shown", source: null });
    else if (state.drag) letGo(studio);
    else if (state.feeding) studio.store.dispatch({ type: "feeding-chosen", node: null });
    else selectNodes(studio, []);
  },
};
