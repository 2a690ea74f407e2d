import { selectedNode } from "../store/selectors";
import { offerNext } from "./pick";
import type { UiCommand } from "./uiCommand";

export const addNext: UiCommand = {
  id: "patchgrad:add-next",
  label: "Add a layer that takes what this one gives",
  keys: ["a"],
  family: "Edit",
  enabled: (state) => (selectedNode(state)?.outputs.length ?? 0) > 0,
  run: offerNext,
};
