/** A layer that was just put in, or brought back, is selected and shown, so that its settings are at hand. */
import type { Command } from "../protocol/messages";
import { edit } from "./ask";
import { visit } from "./select";
import type { Studio } from "./studio";

/** An edit that adds layers. */
export async function addLayers(studio: Studio, command: Command): Promise<void> {
  const before = layersNow(studio);
  const done = await edit(studio, command);
  if (done) await showNewLayer(studio, before, done.revision);
}

/** Uids of the layers there are. */
export function layersNow(studio: Studio): ReadonlySet<string> {
  return new Set(studio.store.getState().graph.nodes.map((node) => node.uid));
}

/** Select the first layer of that revision that was not there before, if there is one. */
export async function showNewLayer(studio: Studio, before: ReadonlySet<string>, revision: number): Promise<void> {
  await graphOf(studio, revision);
  const fresh = studio.store.getState().graph.nodes.find((node) => !before.has(node.uid));
  if (fresh) visit(studio, fresh.uid);
}

/** The graph may come before its receipt or after it. */
export function graphOf({ store }: Studio, revision: number): Promise<void> {
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
