import { selectedNodes } from "../store/selectors";
import { together } from "./ask";
import type { UiCommand } from "./uiCommand";

export const releaseSelection: UiCommand = {
  id: "patchgrad:release-selection",
  label: "Let the layout place the box",
  keys: ["p"],
  family: "Edit",
  enabled: (state) => selectedNodes(state).length > 0,
  run: (studio) => {
    const nodes = selectedNodes(studio.store.getState());
    const moves = nodes.map((node) => ({ type: "move", node: node.uid, position: null }) as const);
    return together(studio, moves, `let ${moves.length} boxes go`, true);
  },
};
