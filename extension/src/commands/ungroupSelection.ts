import { selectedGroup } from "../store/selectors";
import { edit } from "./ask";
import type { UiCommand } from "./uiCommand";

export const ungroupSelection: UiCommand = {
  id: "patchgrad:ungroup-selection",
  label: "Ungroup",
  keys: ["Ctrl+Shift+G"],
  family: "Edit",
  enabled: (state) => selectedGroup(state) !== null,
  run: (studio) => {
    const group = selectedGroup(studio.store.getState());
    return group ? edit(studio, { type: "ungroup", group: group.uid }) : undefined;
  },
};
