import { selectedNodes } from "../store/selectors";
import { edit } from "./ask";
import type { UiCommand } from "./uiCommand";

export const releaseSelection: UiCommand = {
  id: "patchgrad:release-selection",
  label: "Let the layout place the box",
  keys: ["p"],
  family: "Edit",
  enabled: (state) => selectedNodes(state).length > 0,
  run: async (studio) => {
    for (const node of selectedNodes(studio.store.getState())) {
      await edit(studio, { type: "move", node: node.uid, position: null }, true);
    }
  },
};
