import type { UiCommand } from "./uiCommand";

export const fitView: UiCommand = {
  id: "patchgrad:fit-view",
  label: "Show the whole graph",
  keys: ["0"],
  family: "View",
  enabled: () => true,
  run: (studio) => studio.page.fit?.(),
};
