import { showSource } from "./source";
import type { UiCommand } from "./uiCommand";

export const showScript: UiCommand = {
  id: "patchgrad:show-script",
  label: "Show the edits as a script",
  keys: ["Shift+S"],
  family: "View",
  enabled: (state) => state.connection === "open",
  run: (studio) => showSource(studio, "script"),
};
