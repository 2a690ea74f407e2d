import { turnBack } from "./turnBack";
import type { UiCommand } from "./uiCommand";

/** The removed layer comes back with its trained weights; the rest keeps its progress. */
export const undo: UiCommand = {
  id: "patchgrad:undo",
  label: "Undo",
  keys: ["Ctrl+Z"],
  family: "Edit",
  enabled: (state) => state.graph.undoLabel !== null,
  run: (studio) => turnBack(studio, "undo"),
};
