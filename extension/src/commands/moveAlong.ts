/** A layer moved by one place along its chain, with its weights. */
import type { EdgeView, PortRef } from "../protocol/messages";
import { selectedNode } from "../store/selectors";
import type { State } from "../store/state";
import { edit } from "./ask";
import type { UiCommand } from "./uiCommand";

export const moveForward = moving("forward", "Move behind the next layer", ">", (state, uid) => {
  const next = only(state.graph.edges.filter(({ source }) => source.node === uid));
  return next && only(state.graph.edges.filter(({ source }) => source.node === next.target.node));
});

export const moveBack = moving("back", "Move in front of the layer before", "<", (state, uid) => {
  const before = only(state.graph.edges.filter(({ target }) => target.node === uid));
  return before && only(state.graph.edges.filter(({ target }) => target.node === before.source.node));
});

type Find = (state: State, uid: string) => EdgeView | null;

function moving(id: string, label: string, key: string, find: Find): UiCommand {
  return {
    id: `patchgrad:move-${id}`,
    label,
    keys: [key],
    family: "Edit",
    enabled: (state) => targetOf(state, find) !== null,
    run: (studio) => {
      const state = studio.store.getState();
      const node = selectedNode(state);
      const target = targetOf(state, find);
      return node && target ? edit(studio, { type: "reorder", node: node.uid, target }) : undefined;
    },
  };
}

/** The input port in front of which the layer would stand. */
function targetOf(state: State, find: Find): PortRef | null {
  const node = selectedNode(state);
  return node ? (find(state, node.uid)?.target ?? null) : null;
}

function only(edges: readonly EdgeView[]): EdgeView | null {
  return edges.length === 1 ? (edges[0] ?? null) : null;
}
