import type { UiCommand } from "./uiCommand";

export const toggleHistory: UiCommand = {
  id: "patchgrad:toggle-history",
  label: "Show or hide marks and branches",
  keys: ["5"],
  family: "View",
  enabled: () => true,
  run: (studio) => studio.store.dispatch({ type: "panel-toggled", panel: "history" }),
};
