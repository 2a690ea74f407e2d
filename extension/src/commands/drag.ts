/** A layer or an edge looks for its place: by pointer, by keys, or by two taps. */

import type { Point } from "../model/geometry";
import { indexGraph } from "../model/graphIndex";
import { portKey, readPortKey } from "../model/ports";
import type { PortRef, Verdict } from "../protocol/messages";
import { dragSentence, targetsInOrder } from "../store/selectors";
import type { Drag, MovingEdge, MovingLayer } from "../store/state";
import { announce, edit } from "./ask";
import { addLayers } from "./newLayers";
import { offerAdapters, offerTakers } from "./pick";
import type { Studio } from "./studio";

/** Take something up and ask, once, where it may go. */
export function pickUp(studio: Studio, moving: Drag["moving"], by: Drag["by"]): void {
  studio.store.dispatch({ type: "drag-started", moving, by });
  if (by === "tap") studio.store.dispatch({ type: "tab-chosen", tab: "canvas" });
  if (by !== "pointer") studio.page.focus?.("canvas");
  studio.judging = judge(studio);
}

async function judge(studio: Studio): Promise<void> {
  const { drag, graph } = studio.store.getState();
  if (!drag) return;
  const { moving } = drag;
  const reply = await studio.kernel.ask(
    moving.type === "layer"
      ? { type: "ask-insertions", revision: graph.revision, kind: moving.kind }
      : { type: "ask-targets", revision: graph.revision, source: moving.source, reverse: moving.reverse },
  );
  if (reply.type === "failed") return lightsOut(studio, drag.id, reply.title);
  studio.store.dispatch({ type: "drag-judged", id: drag.id, verdicts: reply.verdicts });
  if (drag.by !== "pointer") announce(studio, dragSentence(studio.store.getState()));
}

/** Without an answer the drag goes on in the dark: the kernel decides at the drop. */
function lightsOut(studio: Studio, id: number, reason: string): void {
  studio.store.dispatch({ type: "drag-judged", id, verdicts: [] });
  announce(studio, reason);
}

export function hover(studio: Studio, over: string | null): void {
  studio.store.dispatch({ type: "drag-over", over });
}

export function letGo(studio: Studio): void {
  studio.store.dispatch({ type: "drag-ended" });
}

/** Arrow keys: choose the next or previous target and say whether it fits. */
export function walkTargets(studio: Studio, by: 1 | -1): void {
  const { drag } = studio.store.getState();
  if (!drag) return;
  const keys = targetsInOrder(drag).map((verdict) => portKey(verdict.port));
  const here = keys.indexOf(drag.over ?? "");
  const next = here < 0 ? (by === 1 ? 0 : keys.length - 1) : (here + by + keys.length) % keys.length;
  hover(studio, keys[next] ?? null);
  if (keys[next]) studio.page.reveal?.(readPortKey(keys[next]).node);
  announce(studio, dragSentence(studio.store.getState()));
}

/** Place it on a target port (or on the edge that leads into it). What does not fit is told, not sent. */
export async function dropOnTarget(studio: Studio, key: string, at: Point | null = null): Promise<void> {
  const drag = await judged(studio);
  if (!drag) return;
  const verdict = drag.verdicts?.get(key) ?? null;
  if (verdict?.verdict === "invalid") return refuse(studio, verdict);
  const target = readPortKey(key);
  if (drag.moving.type === "layer") await insert(studio, drag.moving, target, verdict);
  else if (verdict?.verdict === "adapter") await offerAdapters(studio, ...ends(drag.moving, target), at);
  else await connect(studio, drag.moving, target);
}

/** Over open canvas: the layers that take the edge, to choose from. */
export async function dropInOpen(studio: Studio, point: Point, at: Point): Promise<void> {
  const { drag } = studio.store.getState();
  letGo(studio);
  if (drag?.moving.type !== "edge") return;
  await offerTakers(studio, drag.moving.source, drag.moving.reverse, point, at);
}

/** The drag, once the kernel has said where it may go. It ends here. */
async function judged(studio: Studio): Promise<Drag | null> {
  const { drag } = studio.store.getState();
  if (!drag) return null;
  if (!drag.verdicts) await studio.judging;
  const now = studio.store.getState().drag;
  if (now?.id !== drag.id) return null;
  letGo(studio);
  return now;
}

/** The reason, and what would make it fit. */
function refuse(studio: Studio, verdict: Verdict): void {
  const detail = [verdict.reason, ...verdict.fixes.map((fix) => `try ${fix}`)].filter(Boolean).join("\n");
  const notice = { tone: "refused" as const, title: "It does not fit there", detail, ports: [verdict.port] };
  studio.store.dispatch({ type: "notice-added", notice });
}

async function insert(studio: Studio, moving: MovingLayer, target: PortRef, verdict: Verdict | null): Promise<void> {
  const settings = { ...verdict?.settings, ...moving.settings };
  await addLayers(studio, { type: "insert-on-edge", target, kind: moving.kind, settings, name: null });
}

/** Source and target of an edge that may have been dragged backwards. */
function ends(moving: MovingEdge, end: PortRef): readonly [PortRef, PortRef] {
  return moving.reverse ? [end, moving.source] : [moving.source, end];
}

function connect(studio: Studio, moving: MovingEdge, end: PortRef): Promise<unknown> {
  const [source, target] = ends(moving, end);
  return edit(studio, { type: "connect", source, target });
}

/** On open canvas: a loose layer at that point. */
export async function dropOnCanvas(studio: Studio, point: Point): Promise<void> {
  const { drag } = studio.store.getState();
  letGo(studio);
  if (drag?.moving.type !== "layer") return;
  const { kind, settings = {} } = drag.moving;
  const position = [Math.round(point.x), Math.round(point.y)] as const;
  await addLayers(studio, { type: "add-node", kind, settings, name: null, position, group: null });
}

/** On a box: put this layer in its place. */
export async function dropOnNode(studio: Studio, node: string): Promise<void> {
  const { drag } = studio.store.getState();
  letGo(studio);
  if (drag?.moving.type !== "layer") return;
  const { kind, settings = {} } = drag.moving;
  await edit(studio, { type: "replace-node", node, kind, settings });
}

/** Without a pointer: onto the selected edge, else behind the selected layer, else let the keys choose. */
export async function insertAtSelection(studio: Studio, moving: MovingLayer): Promise<void> {
  const target = selectedTarget(studio);
  pickUp(studio, moving, "keys");
  if (target) await dropOnTarget(studio, portKey(target));
}

/** The input port that a layer put in here would lead to: of the selected edge, or behind the selected layer. */
export function selectedTarget(studio: Studio): PortRef | null {
  const { graph, selection } = studio.store.getState();
  const index = indexGraph(graph);
  if (selection.edge !== null) return index.edges.get(selection.edge)?.target ?? null;
  const [node, ...more] = selection.nodes;
  if (!node || more.length) return null;
  return (index.edgesFrom.get(node)?.[0] ?? index.edgesTo.get(node)?.[0])?.target ?? null;
}

/** `c`: an edge from the selected layer's first output, to be led by keys. */
export function connectByKeys(studio: Studio): void {
  const { graph, selection } = studio.store.getState();
  const node = indexGraph(graph).nodes.get(selection.nodes[0] ?? "");
  const port = node?.outputs[0];
  if (!node || !port) announce(studio, "Select a layer with an output first");
  else pickUp(studio, { type: "edge", source: { node: node.uid, port: port.name }, reverse: false }, "keys");
}
