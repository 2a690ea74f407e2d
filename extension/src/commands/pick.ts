/** A search over what the kernel offers at a place; the one chosen is an edit, sent as it came. */
import type { Point } from "../model/geometry";
import type { AskAdapters, AskSwaps, AskTakers, OfferView, PortRef } from "../protocol/messages";
import { nodeName, portName, selectedNode } from "../store/selectors";
import { announce } from "./ask";
import { addLayers } from "./newLayers";
import type { Studio } from "./studio";

type Without<T> = T extends unknown ? Omit<T, "requestId" | "revision"> : never;
type Offering = Without<AskTakers | AskAdapters | AskSwaps>;
/** Where the search opens, in pixels from the corner of the canvas; null: in the middle. */
type Place = Point | null;

async function offer(studio: Studio, title: string, at: Place, question: Offering): Promise<void> {
  const { store, kernel } = studio;
  store.dispatch({ type: "picker-opened", title, at });
  const { picker, graph } = store.getState();
  const reply = await kernel.ask({ ...question, revision: graph.revision });
  if (picker?.id !== store.getState().picker?.id) return;
  if (reply.type === "failed") {
    closePicker(studio);
    store.dispatch({ type: "refused", reply });
    return;
  }
  store.dispatch({ type: "picker-filled", id: picker?.id ?? 0, offers: reply.offers });
  announce(studio, `${title}: ${reply.offers.length} fit. Type to search, arrows walk, Enter chooses.`);
}

/** An edge was let go over open canvas: what takes it goes there. */
export function offerTakers(
  studio: Studio,
  source: PortRef,
  reverse: boolean,
  point: Point | null,
  at: Place,
): Promise<void> {
  const name = portName(studio.store.getState(), source);
  const position = point ? ([Math.round(point.x), Math.round(point.y)] as const) : null;
  const title = reverse ? `Layers that may feed ${name}` : `Layers that take ${name}`;
  return offer(studio, title, at, { type: "ask-takers", source, reverse, position });
}

/** An edge was led to a port that does not take it as it is. */
export function offerAdapters(studio: Studio, source: PortRef, target: PortRef, at: Place): Promise<void> {
  const state = studio.store.getState();
  const title = `Between ${nodeName(state, source.node)} and ${portName(state, target)}`;
  return offer(studio, title, at, { type: "ask-adapters", source, target });
}

export async function offerSwaps(studio: Studio): Promise<void> {
  const node = selectedNode(studio.store.getState());
  if (node) await offer(studio, `In the place of ${node.name}`, null, { type: "ask-swaps", node: node.uid });
}

export async function offerNext(studio: Studio): Promise<void> {
  const node = selectedNode(studio.store.getState());
  const port = node?.outputs[0]?.name;
  if (node && port) await offerTakers(studio, { node: node.uid, port }, false, null, null);
}

export async function chooseOffer(studio: Studio, { command }: OfferView): Promise<void> {
  closePicker(studio);
  await addLayers(studio, command);
}

export function closePicker(studio: Studio): void {
  studio.store.dispatch({ type: "picker-closed" });
  studio.page.focus?.("canvas");
}
