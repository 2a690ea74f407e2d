import { selectNodes } from "./select";
import type { UiCommand } from "./uiCommand";

export const selectAll: UiCommand = {
  id: "patchgrad:select-all",
  label: "Select all layers",
  keys: ["Ctrl+A"],
  family: "Edit",
  enabled: (state) => state.graph.nodes.length > 0,
  run: (studio) => {
    const { nodes } = studio.store.getState().graph;
    selectNodes(
      studio,
      nodes.map((node) => node.uid),
    );
  },
};
