import type { UiCommand } from "./uiCommand";

export const toggleGroupColours: UiCommand = {
  id: "patchgrad:toggle-group-colours",
  label: "Colour boxes by group",
  keys: ["k"],
  family: "View",
  enabled: (state) => state.graph.groups.length > 0,
  run: (studio) => studio.store.dispatch({ type: "group-colours-toggled" }),
};
