/** A layer that was just put in is selected and shown, so that its settings are at hand. */
import type { Command } from "../protocol/messages";
import { edit } from "./ask";
import { visit } from "./select";
import type { Studio } from "./studio";

/** An edit that adds layers. */
export async function addLayers(studio: Studio, command: Command): Promise<void> {
  const before = new Set(studio.store.getState().graph.nodes.map((node) => node.uid));
  const done = await edit(studio, command);
  if (!done) return;
  await graphOf(studio, done.revision);
  const fresh = studio.store.getState().graph.nodes.find((node) => !before.has(node.uid));
  if (fresh) visit(studio, fresh.uid);
}

/** The graph may come before its receipt or after it. */
function graphOf({ store }: Studio, revision: number): Promise<void> {
  const here = () => store.getState().graph.revision >= revision;
  if (here()) return Promise.resolve();
  return new Promise((resolve) => {
    const leave = store.subscribe(() => {
      if (!here()) return;
      leave();
      resolve();
    });
  });
}
