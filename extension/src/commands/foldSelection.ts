import { selectedGroup } from "../store/selectors";
import { edit } from "./ask";
import type { UiCommand } from "./uiCommand";

export const foldSelection: UiCommand = {
  id: "patchgrad:fold-selection",
  label: "Fold or unfold the group",
  keys: ["Enter"],
  family: "Move about",
  enabled: (state) => state.drag === null && selectedGroup(state) !== null,
  run: (studio) => {
    const group = selectedGroup(studio.store.getState());
    return group ? edit(studio, { type: "fold", group: group.uid, folded: !group.folded }, true) : undefined;
  },
};
