import { copySelected } from "./clipboard";
import { deleteSelection } from "./deleteSelection";
import type { UiCommand } from "./uiCommand";

export const cutSelection: UiCommand = {
  id: "patchgrad:cut-selection",
  label: "Cut",
  keys: ["Ctrl+X"],
  family: "Edit",
  enabled: (state) => state.selection.nodes.length > 0,
  run: async (studio) => {
    if (await copySelected(studio)) await deleteSelection.run(studio);
  },
};
