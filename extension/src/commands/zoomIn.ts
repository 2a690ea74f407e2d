import type { UiCommand } from "./uiCommand";

export const zoomIn: UiCommand = {
  id: "patchgrad:zoom-in",
  label: "Zoom in",
  keys: ["+", "="],
  family: "View",
  enabled: () => true,
  run: (studio) => studio.page.zoom?.(1.25),
};
