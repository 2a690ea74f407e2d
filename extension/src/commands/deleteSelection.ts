import { selectedEdge } from "../store/selectors";
import { edit } from "./ask";
import type { UiCommand } from "./uiCommand";

/** A layer goes and the gap heals where the shapes allow; an edge is disconnected. */
export const deleteSelection: UiCommand = {
  id: "patchgrad:delete-selection",
  label: "Remove selection",
  keys: ["Delete", "Backspace"],
  family: "Edit",
  enabled: (state) => state.selection.nodes.length > 0 || state.selection.edge !== null,
  run: (studio) => {
    const state = studio.store.getState();
    const edge = selectedEdge(state);
    return edge
      ? edit(studio, { type: "disconnect", target: edge.target })
      : edit(studio, { type: "remove-nodes", nodes: state.selection.nodes });
  },
};
