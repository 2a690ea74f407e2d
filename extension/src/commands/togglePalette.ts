import type { UiCommand } from "./uiCommand";

export const togglePalette: UiCommand = {
  id: "patchgrad:toggle-palette",
  label: "Show or hide the palette",
  keys: ["1"],
  family: "View",
  enabled: () => true,
  run: (studio) => studio.store.dispatch({ type: "panel-toggled", panel: "palette" }),
};
