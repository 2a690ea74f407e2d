/** Choosing what the next command acts on. */

import { count, plural } from "../model/format";
import { type Direction, drawnBoxes, indexGraph, neighbour, readingOrder } from "../model/graphIndex";
import type { GroupView } from "../protocol/messages";
import { edgeName } from "../store/selectors";
import type { State } from "../store/state";
import { announce } from "./ask";
import type { Studio } from "./studio";

export function selectNodes(studio: Studio, nodes: readonly string[]): void {
  studio.store.dispatch({ type: "selected", selection: { nodes, edge: null } });
  studio.kernel.tell({ type: "select", nodes });
  void inspectSelection(studio);
}

export function selectEdge(studio: Studio, edge: string): void {
  studio.store.dispatch({ type: "selected", selection: { nodes: [], edge } });
  const view = indexGraph(studio.store.getState().graph).edges.get(edge);
  if (view) announce(studio, `Edge ${edgeName(studio.store.getState(), view)}, ${view.label}`);
}

/** Ask for the numbers of the selected layer, if there is one. */
export async function inspectSelection(studio: Studio): Promise<void> {
  const state = studio.store.getState();
  const [node, ...more] = state.selection.nodes;
  if (!node || more.length || !indexGraph(state.graph).nodes.has(node)) return;
  const inspected = await studio.kernel.ask({ type: "inspect", node });
  if (inspected.type === "inspected") studio.store.dispatch({ type: "inspected", inspected });
}

/** Select a layer, bring it into view and say what it is. */
export function visit(studio: Studio, uid: string): void {
  selectNodes(studio, [uid]);
  studio.page.reveal?.(uid);
  announce(studio, describe(studio.store.getState(), uid));
}

export function walk(studio: Studio, direction: Direction): void {
  const state = studio.store.getState();
  const here = state.selection.nodes[0] ?? edgeEnd(state, direction);
  const next = here ? neighbour(indexGraph(state.graph), here, direction) : firstNode(state);
  if (next) visit(studio, next);
  else announce(studio, "No layer that way");
}

/** The next layer in reading order; false past the last one, where the focus may leave the canvas. */
export function walkInOrder(studio: Studio, by: 1 | -1): boolean {
  const state = studio.store.getState();
  const order = readingOrder(drawnBoxes(indexGraph(state.graph))).map((box) => box.uid);
  const here = order.indexOf(state.selection.nodes[0] ?? "");
  const next = here < 0 ? order.at(by === 1 ? 0 : -1) : order[here + by];
  if (!next) return false;
  visit(studio, next);
  return true;
}

function firstNode(state: State): string | null {
  return readingOrder(drawnBoxes(indexGraph(state.graph)))[0]?.uid ?? null;
}

function edgeEnd(state: State, direction: Direction): string | null {
  const edge = state.selection.edge === null ? null : indexGraph(state.graph).edges.get(state.selection.edge);
  if (!edge) return null;
  return direction === "left" ? edge.target.node : edge.source.node;
}

function describeGroup(group: GroupView | undefined): string | null {
  if (!group) return null;
  const enter = group.folded ? "folded, Enter unfolds it" : "open, Enter folds it";
  return `${group.name}, group of ${plural(group.layers, "layer")}, ${enter}`;
}

/** `fc1, Linear 784 → 128, 100.5 k parameters, frozen. Leads to relu1.` */
export function describe(state: State, uid: string): string {
  const index = indexGraph(state.graph);
  const node = index.nodes.get(uid);
  if (!node) return describeGroup(index.groups.get(uid)) ?? uid;
  const marks = [node.frozen && "frozen", node.bypassed && "bypassed", node.problem && `problem: ${node.problem}`];
  const parameters = node.parameters ? `${count(node.parameters)} parameters` : "no parameters";
  const leads = (index.edgesFrom.get(uid) ?? []).map((edge) => index.nodes.get(edge.target.node)?.name ?? "");
  const facts = [node.name, `${node.kind} ${node.summary}`.trim(), parameters, ...marks.filter(Boolean)];
  return `${facts.join(", ")}. ${leads.length ? `Leads to ${leads.join(" and ")}.` : ""}`.trim();
}
