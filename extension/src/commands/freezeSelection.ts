import { selectedNodes } from "../store/selectors";
import { edit } from "./ask";
import type { UiCommand } from "./uiCommand";

export const freezeSelection: UiCommand = {
  id: "patchgrad:freeze-selection",
  label: "Freeze or thaw",
  keys: ["f"],
  family: "Edit",
  enabled: (state) => selectedNodes(state).length > 0,
  run: async (studio) => {
    const nodes = selectedNodes(studio.store.getState());
    const frozen = !nodes.every((node) => node.frozen);
    for (const node of nodes) await edit(studio, { type: "freeze", node: node.uid, frozen });
  },
};
