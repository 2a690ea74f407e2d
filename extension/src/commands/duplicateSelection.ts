import { edit } from "./ask";
import type { UiCommand } from "./uiCommand";

export const duplicateSelection: UiCommand = {
  id: "patchgrad:duplicate-selection",
  label: "Duplicate",
  keys: ["Ctrl+D"],
  family: "Edit",
  enabled: (state) => state.selection.nodes.length > 0,
  run: (studio) => edit(studio, { type: "duplicate", nodes: studio.store.getState().selection.nodes }),
};
