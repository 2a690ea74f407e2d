/** Layers to the clipboard and back: text that the kernel writes and judges. Templates are put in the same way. */
import { indexGraph } from "../model/graphIndex";
import type { PortRef, TemplateView } from "../protocol/messages";
import { announce, ask, showReceipt } from "./ask";
import { selectedTarget } from "./drag";
import { layersNow, showNewLayer } from "./newLayers";
import type { Studio } from "./studio";

/** True if something was copied. */
export async function copySelected(studio: Studio): Promise<boolean> {
  const { graph, selection } = studio.store.getState();
  const reply = await ask(studio, { type: "ask-copy", revision: graph.revision, nodes: selection.nodes });
  if (!reply) return false;
  await studio.page.copy?.(reply.text);
  announce(studio, "Copied.");
  return true;
}

/** Onto the selected edge, else loose in the middle of what is seen. */
export function pasteText(studio: Studio, text: string): Promise<void> {
  const { graph, selection } = studio.store.getState();
  const edge = selection.edge === null ? undefined : indexGraph(graph).edges.get(selection.edge);
  return putIn(studio, text, "", edge?.target ?? null);
}

/** Onto the selected edge, behind the selected layer, or onto the one edge there is; else loose. */
export function putTemplate(studio: Studio, { text, name }: TemplateView): Promise<void> {
  const { edges } = studio.store.getState().graph;
  const only = edges.length === 1 ? (edges[0]?.target ?? null) : null;
  return putIn(studio, text, `insert ${name}`, selectedTarget(studio) ?? only);
}

async function putIn(studio: Studio, text: string, words: string, target: PortRef | null): Promise<void> {
  const middle = studio.page.middle?.() ?? null;
  const position = middle && !target ? ([Math.round(middle.x), Math.round(middle.y)] as const) : null;
  const turn = studio.lastEdit.then(() => {
    const { revision } = studio.store.getState().graph;
    const before = layersNow(studio);
    return { before, reply: ask(studio, { type: "put-in", revision, text, words, target, position }) };
  });
  studio.lastEdit = turn.then(({ reply }) => reply);
  const { before, reply } = await turn;
  const done = await reply;
  if (!done) return;
  showReceipt(studio, done);
  await showNewLayer(studio, before, done.revision);
}
