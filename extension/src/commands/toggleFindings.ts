import type { UiCommand } from "./uiCommand";

export const toggleFindings: UiCommand = {
  id: "patchgrad:toggle-findings",
  label: "Show or hide what is wrong",
  keys: ["6"],
  family: "View",
  enabled: () => true,
  run: (studio) => studio.store.dispatch({ type: "panel-toggled", panel: "findings" }),
};
