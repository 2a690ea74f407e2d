import { rewindEdit } from "./goBack";
import type { UiCommand } from "./uiCommand";

/** What is trained now is kept as a branch: nothing is lost. */
export const rewindLast: UiCommand = {
  id: "patchgrad:rewind",
  label: "Rewind to before the last edit",
  keys: ["Shift+R"],
  family: "Edit",
  enabled: (state) => state.timeline.marks.some((mark) => mark.own),
  run: (studio) => rewindEdit(studio, null),
};
