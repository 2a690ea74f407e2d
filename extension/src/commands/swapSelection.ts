import { selectedNode } from "../store/selectors";
import { offerSwaps } from "./pick";
import type { UiCommand } from "./uiCommand";

export const swapSelection: UiCommand = {
  id: "patchgrad:swap-selection",
  label: "Swap for another kind of layer",
  keys: ["w"],
  family: "Edit",
  enabled: (state) => selectedNode(state) !== null,
  run: offerSwaps,
};
