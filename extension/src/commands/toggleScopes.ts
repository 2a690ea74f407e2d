import type { UiCommand } from "./uiCommand";

export const toggleScopes: UiCommand = {
  id: "patchgrad:toggle-scopes",
  label: "Show or hide the scopes",
  keys: ["4"],
  family: "View",
  enabled: () => true,
  run: (studio) => studio.store.dispatch({ type: "panel-toggled", panel: "scopes" }),
};
