import { makeMark } from "./marks";
import type { UiCommand } from "./uiCommand";

/** A place to go back to, with everything that was learned. */
export const markHere: UiCommand = {
  id: "patchgrad:mark-here",
  label: "Mark this place",
  keys: ["m"],
  family: "Training",
  enabled: (state) => state.connection === "open",
  run: (studio) => makeMark(studio, null),
};
