import type { UiCommand } from "./uiCommand";

export const toggleLog: UiCommand = {
  id: "patchgrad:toggle-log",
  label: "Show or hide the log",
  keys: ["3"],
  family: "View",
  enabled: () => true,
  run: (studio) => studio.store.dispatch({ type: "panel-toggled", panel: "log" }),
};
