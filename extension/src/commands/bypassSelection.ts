import { selectedNodes } from "../store/selectors";
import { together } from "./ask";
import type { UiCommand } from "./uiCommand";

export const bypassSelection: UiCommand = {
  id: "patchgrad:bypass-selection",
  label: "Bypass or put back",
  keys: ["b"],
  family: "Edit",
  enabled: (state) => selectedNodes(state).length > 0,
  run: (studio) => {
    const nodes = selectedNodes(studio.store.getState());
    const bypassed = !nodes.every((node) => node.bypassed);
    return together(
      studio,
      nodes.map((node) => ({ type: "bypass", node: node.uid, bypassed })),
      `${bypassed ? "bypass" : "put back"} ${nodes.length} layers`,
    );
  },
};
