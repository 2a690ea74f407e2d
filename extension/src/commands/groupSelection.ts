import type { GraphView } from "../protocol/messages";
import { edit } from "./ask";
import type { UiCommand } from "./uiCommand";

/** `group1`, `group2`, …: the first that no group has. */
function freeName(graph: GraphView): string {
  const taken = new Set(graph.groups.map((group) => group.name));
  let number = 1;
  while (taken.has(`group${number}`)) number += 1;
  return `group${number}`;
}

export const groupSelection: UiCommand = {
  id: "patchgrad:group-selection",
  label: "Group",
  keys: ["Ctrl+G"],
  family: "Edit",
  enabled: (state) => state.selection.nodes.length > 1,
  run: (studio) => {
    const { graph, selection } = studio.store.getState();
    return edit(studio, { type: "group-nodes", nodes: selection.nodes, name: freeName(graph) });
  },
};
