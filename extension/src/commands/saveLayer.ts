import type { State } from "../store/state";
import { announce, ask } from "./ask";
import type { Studio } from "./studio";
import type { UiCommand } from "./uiCommand";

/** To the name under which what is selected becomes a layer of the palette; Enter saves it. */
export const saveLayer: UiCommand = {
  id: "patchgrad:save-layer",
  label: "Save as layer",
  keys: ["l"],
  family: "Edit",
  enabled: (state) => chosen(state).length > 0,
  run: (studio) => {
    studio.store.dispatch({ type: "panel-toggled", panel: "inspector", open: true });
    studio.page.focus?.("layer-name");
  },
};

/** A group, or two layers and more. */
function chosen({ graph, selection }: State): readonly string[] {
  const { nodes } = selection;
  const groups = graph.groups.some((group) => nodes.includes(group.uid));
  return groups || nodes.length > 1 ? nodes : [];
}

/** The name that is offered: that of the one group, else `Block1`, `Block2`, …: the first that is free. */
export function nameOffered({ graph, selection, templates, catalogue }: State): string {
  const [only, ...more] = selection.nodes;
  const group = more.length ? undefined : graph.groups.find((candidate) => candidate.uid === only);
  if (group) return group.name;
  const taken = new Set([...templates.map(({ name }) => name), ...catalogue.map(({ kind }) => kind)]);
  let number = 1;
  while (taken.has(`Block${number}`)) number += 1;
  return `Block${number}`;
}

/** True if it is in the palette now. */
export async function saveAs(studio: Studio, name: string): Promise<boolean> {
  const state = studio.store.getState();
  const { revision } = state.graph;
  const done = await ask(studio, { type: "save-layer", revision, nodes: chosen(state), name });
  if (!done) return false;
  studio.store.dispatch({ type: "panel-toggled", panel: "palette", open: true });
  announce(studio, `${name} is a layer of the palette.`);
  return true;
}
