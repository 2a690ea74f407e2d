import { selectedNode } from "../store/selectors";
import type { UiCommand } from "./uiCommand";

export const renameSelection: UiCommand = {
  id: "patchgrad:rename-selection",
  label: "Rename",
  keys: ["F2"],
  family: "Edit",
  enabled: (state) => selectedNode(state) !== null,
  run: (studio) => {
    studio.store.dispatch({ type: "panel-toggled", panel: "inspector", open: true });
    studio.page.focus?.("name-field");
  },
};
