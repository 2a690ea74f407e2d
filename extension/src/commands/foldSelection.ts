import { indexGraph } from "../model/graphIndex";
import { selectedGroup, selectedNode } from "../store/selectors";
import type { State } from "../store/state";
import { announce, edit } from "./ask";
import { selectNodes } from "./select";
import type { UiCommand } from "./uiCommand";

/** The selected group, or the one around the selected layer. */
function groupHere(state: State) {
  return selectedGroup(state) ?? indexGraph(state.graph).groups.get(selectedNode(state)?.group ?? "") ?? null;
}

export const foldSelection: UiCommand = {
  id: "patchgrad:fold-selection",
  label: "Fold or unfold the group",
  keys: ["Enter"],
  family: "Move about",
  enabled: (state) => state.drag === null && groupHere(state) !== null,
  run: (studio) => {
    const group = groupHere(studio.store.getState());
    if (!group) return undefined;
    selectNodes(studio, [group.uid]);
    announce(studio, `${group.name} ${group.folded ? "unfolded" : "folded"}`);
    return edit(studio, { type: "fold", group: group.uid, folded: !group.folded }, true);
  },
};
