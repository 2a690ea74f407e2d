/** Undo and redo, each in its turn behind the edits before it. */
import { ask, showReceipt } from "./ask";
import { layersNow, showNewLayer } from "./newLayers";
import type { Studio } from "./studio";

export async function turnBack(studio: Studio, type: "undo" | "redo"): Promise<void> {
  const turn = studio.lastEdit.then(() => ({ before: layersNow(studio), reply: ask(studio, { type }) }));
  studio.lastEdit = turn.then(({ reply }) => reply);
  const { before, reply } = await turn;
  const done = await reply;
  if (done?.type !== "command-done") return;
  showReceipt(studio, done);
  await showNewLayer(studio, before, done.revision);
}
