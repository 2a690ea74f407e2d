import { selectedNode, selectedNodes } from "../store/selectors";
import type { State } from "../store/state";
import { edit } from "./ask";
import type { UiCommand } from "./uiCommand";

/** Two layers become one, the weights those of the one chosen first; a single one gets weights of its own again. */
export const shareWeights: UiCommand = {
  id: "patchgrad:share-weights",
  label: "Share weights of two layers, or give one its own",
  keys: ["t"],
  family: "Edit",
  enabled: (state) => selectedNode(state) !== null || pair(state) !== null,
  run: (studio) => {
    const state = studio.store.getState();
    const both = pair(state);
    if (both) return edit(studio, { type: "share", owner: both[0], node: both[1] });
    const node = selectedNode(state);
    return node ? edit(studio, { type: "unshare", node: node.uid }) : undefined;
  },
};

function pair(state: State): readonly [string, string] | null {
  const [first, second, ...more] = selectedNodes(state);
  return first && second && !more.length ? [first.uid, second.uid] : null;
}
