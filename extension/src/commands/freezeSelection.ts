import { selectedNodes } from "../store/selectors";
import { together } from "./ask";
import type { UiCommand } from "./uiCommand";

export const freezeSelection: UiCommand = {
  id: "patchgrad:freeze-selection",
  label: "Freeze or thaw",
  keys: ["f"],
  family: "Edit",
  enabled: (state) => selectedNodes(state).length > 0,
  run: (studio) => {
    const nodes = selectedNodes(studio.store.getState());
    const frozen = !nodes.every((node) => node.frozen);
    return together(
      studio,
      nodes.map((node) => ({ type: "freeze", node: node.uid, frozen })),
      `${frozen ? "freeze" : "thaw"} ${nodes.length} layers`,
    );
  },
};
