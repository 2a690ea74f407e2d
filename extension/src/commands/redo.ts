import { turnBack } from "./turnBack";
import type { UiCommand } from "./uiCommand";

export const redo: UiCommand = {
  id: "patchgrad:redo",
  label: "Redo",
  keys: ["Ctrl+Shift+Z", "Ctrl+Y"],
  family: "Edit",
  enabled: (state) => state.graph.redoLabel !== null,
  run: (studio) => turnBack(studio, "redo"),
};
