import { selectedNodes } from "../store/selectors";
import { edit } from "./ask";
import type { UiCommand } from "./uiCommand";

export const bypassSelection: UiCommand = {
  id: "patchgrad:bypass-selection",
  label: "Bypass or put back",
  keys: ["b"],
  family: "Edit",
  enabled: (state) => selectedNodes(state).length > 0,
  run: async (studio) => {
    const nodes = selectedNodes(studio.store.getState());
    const bypassed = !nodes.every((node) => node.bypassed);
    for (const node of nodes) await edit(studio, { type: "bypass", node: node.uid, bypassed });
  },
};
