import type { UiCommand } from "./uiCommand";

export const showKeyboardMap: UiCommand = {
  id: "patchgrad:show-keyboard-map",
  label: "Keyboard map",
  keys: ["?"],
  family: "View",
  enabled: () => true,
  run: (studio) => studio.store.dispatch({ type: "keyboard-map-toggled" }),
};
