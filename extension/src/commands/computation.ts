/** What is done with the computation: looked at, opened, searched, walked through. */
import { computeOrder, isOpenFrame } from "../model/computeOrder";
import type { NamedArrays } from "../protocol/arrays";
import type { ComputeBox, ComputeFrame, ComputeGraph, ComputeTimes, FoundOp } from "../protocol/messages";
import type { State } from "../store/state";
import { announce, ask } from "./ask";
import { selectNodes } from "./select";
import type { Clock, Studio } from "./studio";

/** Start the widget that shows a computation and nothing else. Returns its own undo. */
export function startComputation(studio: Studio, clock: Clock): () => void {
  const stopListening = studio.kernel.listen((message, arrays) => {
    if (message.type === "compute-graph" || message.type === "compute-times")
      receiveComputation(studio, clock, message, arrays);
  });
  studio.store.dispatch({ type: "compute-shown", shown: true, alone: true });
  const look = async () => {
    studio.store.dispatch({ type: "connection-opening" });
    const reply = await studio.kernel.ask({ type: "look-at-compute", on: true });
    studio.store.dispatch({ type: reply.type === "failed" ? "connection-lost" : "connection-found" });
  };
  const stopWatching = studio.kernel.watchConnection(() => void look());
  void look();
  return () => {
    stopListening();
    stopWatching();
    studio.kernel.close();
  };
}

export function receiveComputation(
  studio: Studio,
  clock: Clock,
  message: ComputeGraph | ComputeTimes,
  arrays: NamedArrays,
): void {
  const { store, kernel } = studio;
  if (message.type === "compute-graph") store.dispatch({ type: "compute-arrived", graph: message });
  else store.dispatch({ type: "compute-timed", times: message, arrays });
  if (store.getState().compute.walk === "waiting" && message.walk !== null && message.walk >= waitedFrom)
    void beginWalk(studio, message.walk);
  clock.afterPaint(() => kernel.tell({ type: "compute-seen", number: message.number }));
}

/** Put the computation in the place of the layers, or the layers back; what is selected in one is so in the other. */
export async function showComputation(studio: Studio, shown: boolean): Promise<void> {
  const { store } = studio;
  store.dispatch({ type: "compute-shown", shown });
  await ask(studio, { type: "look-at-compute", on: shown });
  const [layer] = store.getState().selection.nodes;
  if (shown && layer) await revealLayer(studio, layer);
}

async function revealLayer(studio: Studio, layer: string): Promise<void> {
  const { graph } = studio.store.getState().compute;
  const drawn = graph.boxes.find((box) => box.layer === layer) ?? graph.frames.find((frame) => frame.layer === layer);
  if (drawn) return visitBox(studio, drawn.id);
  const reply = await studio.kernel.ask({ type: "reveal-op", layer });
  const box = reply.type === "found-ops" ? reply.found[0]?.box : undefined;
  if (box) visitBox(studio, box);
}

export async function setGroupOpen(studio: Studio, group: string, open: boolean): Promise<void> {
  await ask(studio, { type: "open-group", group, open });
}

export async function showTurn(studio: Studio, loop: string, turn: number): Promise<void> {
  await ask(studio, { type: "show-turn", loop, turn });
}

export function showStep(studio: Studio, step: number | null) {
  return ask(studio, { type: "show-step", mode: "step", step });
}

export function showUnion(studio: Studio) {
  return ask(studio, { type: "show-step", mode: "union" });
}

export function compareSteps(studio: Studio, step: number, against: number) {
  return ask(studio, { type: "show-step", mode: "difference", step, against });
}

export async function showBackward(studio: Studio, on: boolean): Promise<void> {
  studio.store.dispatch({ type: "compute-backward", on });
  await ask(studio, { type: "show-backward", on });
}

// --- selection ------------------------------------------------------------------------------------

export function selectBox(studio: Studio, id: string | null): void {
  studio.store.dispatch({ type: "compute-selected", box: id });
  if (id === null) return;
  void inspectBox(studio, id);
  const layer = layerOf(studio.store.getState(), id);
  if (layer && !studio.store.getState().selection.nodes.includes(layer)) selectNodes(studio, [layer]);
}

/** Select a box, bring it into view and say what it is. */
export function visitBox(studio: Studio, id: string): void {
  selectBox(studio, id);
  studio.page.revealBox?.(id);
  const { graph } = studio.store.getState().compute;
  const found = [...graph.boxes, ...graph.frames].find((one) => one.id === id);
  if (found) announce(studio, describeBox(found));
}

async function inspectBox(studio: Studio, box: string): Promise<void> {
  const inspected = await studio.kernel.ask({ type: "inspect-op", box });
  if (inspected.type !== "op-inspected") return;
  studio.store.dispatch({ type: "compute-inspected", inspected });
  const [place] = inspected.places;
  if (place) studio.page.showCode?.(place);
}

function layerOf(state: State, id: string): string {
  const { boxes, frames } = state.compute.graph;
  return (boxes.find((box) => box.id === id) ?? frames.find((frame) => frame.id === id))?.layer ?? "";
}

/** `fc1, call, 12 ops, closed`. */
export function describeBox(one: ComputeBox | ComputeFrame): string {
  if (isOpenFrame(one)) return [one.title, one.label, "open"].filter(Boolean).join(", ");
  const inside = one.opens ? `${one.ops} ops, closed` : "";
  const kind = one.kind === "leaf" ? "input" : "";
  return [one.title, kind, one.detail, inside, one.seen, one.changes].filter(Boolean).join(", ");
}

/** Select the next or the one before in the order of the tree; false past its end. */
export function walkTree(studio: Studio, by: 1 | -1): boolean {
  const { graph, selected } = studio.store.getState().compute;
  const order = computeOrder(graph);
  const here = order.findIndex((entry) => entry.id === selected);
  const next = here < 0 ? order.at(by === 1 ? 0 : -1) : order[here + by];
  if (next) visitBox(studio, next.id);
  return next !== undefined;
}

/** Into a group, opening it; from an op along what it puts out. */
export async function walkIn(studio: Studio): Promise<void> {
  const { graph, selected } = studio.store.getState().compute;
  const box = graph.boxes.find((one) => one.id === selected);
  if (box?.opens) return setGroupOpen(studio, box.opens, true);
  if (!box) return void walkTree(studio, 1);
  const next = graph.edges.find((edge) => edge.source === selected);
  if (next) visitBox(studio, next.target);
}

/** Out of a group, closing it; from an op back along what it reads. */
export async function walkOut(studio: Studio): Promise<void> {
  const { graph, selected } = studio.store.getState().compute;
  const frame = graph.frames.find((one) => one.id === selected);
  if (frame) return closeFrame(studio, frame);
  const box = graph.boxes.find((one) => one.id === selected);
  const before = graph.edges.find((edge) => edge.target === selected);
  if (box?.frame) return visitBox(studio, box.frame);
  if (before) visitBox(studio, before.source);
}

/** What was inside is gone: the group is selected as a box. */
async function closeFrame(studio: Studio, frame: ComputeFrame): Promise<void> {
  await setGroupOpen(studio, frame.kind === "turn" ? (frame.parent ?? frame.id) : frame.id, false);
  const { boxes } = studio.store.getState().compute.graph;
  const closed = boxes.find((box) => box.opens === frame.id);
  if (closed) visitBox(studio, closed.id);
}

export async function toggleSelected(studio: Studio): Promise<void> {
  const { graph, selected } = studio.store.getState().compute;
  const frame = graph.frames.find((one) => one.id === selected);
  if (frame) return closeFrame(studio, frame);
  const box = graph.boxes.find((one) => one.id === selected);
  if (box?.opens) await setGroupOpen(studio, box.opens, true);
}

// --- search and code ------------------------------------------------------------------------------

export async function findOps(studio: Studio, query: string): Promise<void> {
  const reply = query.trim() ? await studio.kernel.ask({ type: "find-ops", query }) : null;
  studio.store.dispatch({ type: "compute-found", found: reply?.type === "found-ops" ? reply : null });
}

/** Go to an op, wherever it is hidden. */
export async function revealOp(studio: Studio, op: string): Promise<void> {
  const reply = await ask(studio, { type: "reveal-op", op });
  const box = reply?.found[0]?.box;
  if (box) visitBox(studio, box);
}

/** The cursor stands in a line of a cell: its boxes light up. */
export async function lightLine(studio: Studio, line: number, text: string): Promise<void> {
  const { shown } = studio.store.getState().compute;
  if (!shown) return;
  const reply = text.trim() ? await studio.kernel.ask({ type: "ops-at-line", line, text }) : null;
  const found: readonly FoundOp[] = reply?.type === "found-ops" ? reply.found : [];
  studio.store.dispatch({ type: "compute-lit", boxes: found.map((one) => one.box) });
  const [first] = found;
  if (first) studio.page.revealBox?.(first.box);
}

// --- walking through one step ---------------------------------------------------------------------

let waitedFrom = 0;

/** Have the next step kept with its values; the walk begins when it was. */
export async function keepStep(studio: Studio): Promise<void> {
  const { stand } = studio.store.getState().compute;
  waitedFrom = Math.max(stand.step, stand.walk ?? -1) + 1;
  studio.store.dispatch({ type: "compute-walk", walk: "waiting" });
  const done = await ask(studio, { type: "keep-step" });
  if (!done) studio.store.dispatch({ type: "compute-walk", walk: "off" });
}

async function beginWalk(studio: Studio, step: number): Promise<void> {
  studio.store.dispatch({ type: "compute-walk", walk: "on" });
  await showStep(studio, step);
  await travelTo(studio, { position: 1 });
}

export async function travelTo(studio: Studio, place: { position: number } | { op: string }): Promise<void> {
  const travelled = await ask(studio, { type: "travel-to", ...place });
  if (!travelled) return;
  studio.store.dispatch({ type: "compute-travelled", travelled });
  if (travelled.box) visitBox(studio, travelled.box);
}

const walks = new WeakMap<Studio, Promise<void>>();

/** Some ops on, or back. Quick presses are done one after the other. */
export function travelBy(studio: Studio, by: number): Promise<void> {
  const turn = (walks.get(studio) ?? Promise.resolve()).then(() => {
    const { travelled } = studio.store.getState().compute;
    if (!travelled) return;
    return travelTo(studio, { position: Math.min(Math.max(travelled.position + by, 0), travelled.count) });
  });
  walks.set(studio, turn);
  return turn;
}

export async function endWalk(studio: Studio): Promise<void> {
  studio.store.dispatch({ type: "compute-walk", walk: "off" });
  await showStep(studio, null);
}

export async function checkOp(studio: Studio, op: string): Promise<void> {
  const checked = await ask(studio, { type: "check-op", op });
  if (checked) studio.store.dispatch({ type: "compute-checked", checked });
}
