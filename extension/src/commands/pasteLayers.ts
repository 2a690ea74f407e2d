import type { UiCommand } from "./uiCommand";

/** The browser sends its own event for the key, with the text that a page may not read by itself. */
export const pasteLayers: UiCommand = {
  id: "patchgrad:paste-layers",
  label: "Paste layers, onto the selected edge or loose",
  keys: ["Ctrl+V"],
  family: "Edit",
  enabled: (state) => state.connection === "open",
  byBrowser: true,
  run: () => undefined,
};
