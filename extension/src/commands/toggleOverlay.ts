import { switchOverlay } from "./overlay";
import type { UiCommand } from "./uiCommand";

export const toggleOverlay: UiCommand = {
  id: "patchgrad:toggle-overlay",
  label: "Show numbers on the boxes",
  keys: ["o"],
  family: "View",
  enabled: () => true,
  run: switchOverlay,
};
