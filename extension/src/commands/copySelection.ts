import { copySelected } from "./clipboard";
import type { UiCommand } from "./uiCommand";

export const copySelection: UiCommand = {
  id: "patchgrad:copy-selection",
  label: "Copy",
  keys: ["Ctrl+C"],
  family: "Edit",
  enabled: (state) => state.selection.nodes.length > 0,
  run: copySelected,
};
