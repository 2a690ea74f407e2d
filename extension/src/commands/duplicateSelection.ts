import { addLayers } from "./newLayers";
import type { UiCommand } from "./uiCommand";

export const duplicateSelection: UiCommand = {
  id: "patchgrad:duplicate-selection",
  label: "Duplicate",
  keys: ["Ctrl+D"],
  family: "Edit",
  enabled: (state) => state.selection.nodes.length > 0,
  run: (studio) => addLayers(studio, { type: "duplicate", nodes: studio.store.getState().selection.nodes }),
};
