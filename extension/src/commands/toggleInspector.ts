import type { UiCommand } from "./uiCommand";

export const toggleInspector: UiCommand = {
  id: "patchgrad:toggle-inspector",
  label: "Show or hide the inspector",
  keys: ["2"],
  family: "View",
  enabled: () => true,
  run: (studio) => studio.store.dispatch({ type: "panel-toggled", panel: "inspector" }),
};
