/** Groups made one, and layers of a group made a group of their own. */
import { indexGraph } from "../model/graphIndex";
import { selectedNodes } from "../store/selectors";
import type { State } from "../store/state";
import { edit } from "./ask";
import type { UiCommand } from "./uiCommand";

export const mergeGroups: UiCommand = {
  id: "patchgrad:merge-groups",
  label: "Merge groups",
  keys: ["j"],
  family: "Edit",
  enabled: (state) => groupsOf(state).length > 1,
  run: (studio) => {
    const groups = groupsOf(studio.store.getState());
    return edit(studio, { type: "merge-groups", groups, name: null });
  },
};

export const splitGroup: UiCommand = {
  id: "patchgrad:split-group",
  label: "Split off into a group of their own",
  keys: ["j"],
  family: "Edit",
  enabled: (state) => {
    const nodes = selectedNodes(state);
    const around = new Set(nodes.map((node) => node.group));
    return nodes.length > 0 && around.size === 1 && !around.has(null);
  },
  run: (studio) => {
    const nodes = selectedNodes(studio.store.getState()).map((node) => node.uid);
    return edit(studio, { type: "split-group", nodes, name: null });
  },
};

function groupsOf(state: State): readonly string[] {
  const { groups } = indexGraph(state.graph);
  return state.selection.nodes.filter((uid) => groups.has(uid));
}
