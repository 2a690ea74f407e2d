import { showSource } from "./source";
import type { UiCommand } from "./uiCommand";

export const showModelSource: UiCommand = {
  id: "patchgrad:show-model-source",
  label: "Show the model as code",
  keys: ["s"],
  family: "View",
  enabled: (state) => state.connection === "open",
  run: (studio) => showSource(studio, "module"),
};
