import { selectedNode } from "../store/selectors";
import type { UiCommand } from "./uiCommand";

export const showFeeds: UiCommand = {
  id: "patchgrad:show-feeds",
  label: "Show only what feeds this layer, or all",
  keys: ["u"],
  family: "View",
  enabled: (state) => state.feeding !== null || selectedNode(state) !== null,
  run: (studio) => {
    const { feeding, selection } = studio.store.getState();
    const node = selection.nodes[0] ?? null;
    studio.store.dispatch({ type: "feeding-chosen", node: feeding === null || feeding !== node ? node : null });
  },
};
