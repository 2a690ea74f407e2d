import { selectedNode } from "../store/selectors";
import type { UiCommand } from "./uiCommand";

/** To the first setting, which is the width where there is one; Escape leads back. */
export const editSettings: UiCommand = {
  id: "patchgrad:edit-settings",
  label: "Change settings",
  keys: ["e"],
  family: "Edit",
  enabled: (state) => selectedNode(state) !== null,
  run: (studio) => {
    studio.store.dispatch({ type: "panel-toggled", panel: "inspector", open: true });
    studio.page.focus?.("setting-field");
  },
};
