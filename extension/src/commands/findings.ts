/** What is done with a finding: show its layers, apply its cure. */

import { groupsAround, indexGraph } from "../model/graphIndex";
import type { FindingView, Fold } from "../protocol/messages";
import { announce, edit, together } from "./ask";
import { graphOf } from "./newLayers";
import { selectNodes } from "./select";
import type { Studio } from "./studio";

/** Select the layers of a finding, open the groups that hide them, and bring them into view. */
export async function showFinding(studio: Studio, { nodes, layers }: FindingView): Promise<void> {
  const index = indexGraph(studio.store.getState().graph);
  const there = nodes.filter((uid) => index.nodes.has(uid));
  const around = there.flatMap((uid) => groupsAround(index, index.nodes.get(uid)?.group ?? null));
  const folded = [...new Set(around)].filter((group) => group.folded).map((group) => group.uid);
  const done = folded.length ? await together(studio, folded.map(opened), "open groups", true) : null;
  if (done) await graphOf(studio, done.revision);
  if (studio.store.getState().layout.narrow) studio.store.dispatch({ type: "tab-chosen", tab: "canvas" });
  selectNodes(studio, there);
  studio.page.revealAll?.(there);
  announce(studio, there.length ? `Selected ${layers.join(", ")}` : "These layers are not on the canvas");
}

function opened(group: string): Fold {
  return { type: "fold", group, folded: false };
}

/** One edit, applied at the next boundary as any other; undo takes it back. */
export function applyCure(studio: Studio, { cure }: FindingView) {
  return cure ? edit(studio, cure) : Promise.resolve(null);
}
