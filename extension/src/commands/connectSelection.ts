import { selectedNode } from "../store/selectors";
import { connectByKeys } from "./drag";
import type { UiCommand } from "./uiCommand";

export const connectSelection: UiCommand = {
  id: "patchgrad:connect-selection",
  label: "Connect from the selected layer",
  keys: ["c"],
  family: "Edit",
  enabled: (state) => selectedNode(state) !== null,
  run: connectByKeys,
};
