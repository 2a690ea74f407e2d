import type { UiCommand } from "./uiCommand";

export const zoomOut: UiCommand = {
  id: "patchgrad:zoom-out",
  label: "Zoom out",
  keys: ["-"],
  family: "View",
  enabled: () => true,
  run: (studio) => studio.page.zoom?.(0.8),
};
