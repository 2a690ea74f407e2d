/** Look-ups over a layer graph: neighbours, edges by port, what folding hides. Pure, made once per graph. */
import type { EdgeView, GraphView, GroupView, NodeView, PortRef } from "../protocol/messages";
import type { Rectangle } from "./geometry";
import { portKey } from "./ports";

type Drawn = Rectangle & { readonly uid: string };

export interface GraphIndex {
  readonly nodes: ReadonlyMap<string, NodeView>;
  readonly groups: ReadonlyMap<string, GroupView>;
  readonly edges: ReadonlyMap<string, EdgeView>;
  /** The one edge that leads into an input port, by port key. */
  readonly edgeInto: ReadonlyMap<string, EdgeView>;
  /** By uid of the node they leave. */
  readonly edgesFrom: ReadonlyMap<string, readonly EdgeView[]>;
  /** By uid of the node they enter. */
  readonly edgesTo: ReadonlyMap<string, readonly EdgeView[]>;
}

const made = new WeakMap<GraphView, GraphIndex>();

export function indexGraph(graph: GraphView): GraphIndex {
  const known = made.get(graph);
  if (known) return known;
  const index: GraphIndex = {
    nodes: new Map(graph.nodes.map((node) => [node.uid, node])),
    groups: new Map(graph.groups.map((group) => [group.uid, group])),
    edges: new Map(graph.edges.map((edge) => [edge.id, edge])),
    edgeInto: new Map(graph.edges.map((edge) => [portKey(edge.target), edge])),
    edgesFrom: groupBy(graph.edges, (edge) => edge.source.node),
    edgesTo: groupBy(graph.edges, (edge) => edge.target.node),
  };
  made.set(graph, index);
  return index;
}

function groupBy(edges: readonly EdgeView[], key: (edge: EdgeView) => string): Map<string, EdgeView[]> {
  const groups = new Map<string, EdgeView[]>();
  for (const edge of edges) {
    const same = groups.get(key(edge));
    if (same) same.push(edge);
    else groups.set(key(edge), [edge]);
  }
  return groups;
}

/** The groups around a node or group, innermost first. */
export function groupsAround(index: GraphIndex, group: string | null): readonly GroupView[] {
  const around: GroupView[] = [];
  let next = group === null ? undefined : index.groups.get(group);
  while (next && !around.includes(next)) {
    around.push(next);
    next = next.parent === null ? undefined : index.groups.get(next.parent);
  }
  return around;
}

/** The outermost folded group that hides a node, or null if the node is drawn. */
export function foldedAround(index: GraphIndex, group: string | null): GroupView | null {
  return [...groupsAround(index, group)].reverse().find((candidate) => candidate.folded) ?? null;
}

/** Which box an end of an edge is drawn at: its node, or the folded group that hides it. */
export function drawnEnd(index: GraphIndex, end: PortRef): string {
  const node = index.nodes.get(end.node);
  return node ? (foldedAround(index, node.group)?.uid ?? node.uid) : end.node;
}

/** A node and all that feeds it. */
export function feedersOf(index: GraphIndex, uid: string): ReadonlySet<string> {
  const found = new Set([uid]);
  for (const next of found) for (const edge of index.edgesTo.get(next) ?? []) found.add(edge.source.node);
  return found;
}

/** Reading order: left to right, then top to bottom. */
export function readingOrder<T extends Drawn>(nodes: readonly T[]): readonly T[] {
  return [...nodes].sort((a, b) => a.x - b.x || a.y - b.y || a.uid.localeCompare(b.uid));
}

export type Direction = "left" | "right" | "up" | "down";

/** The box an arrow key leads to: along an edge if there is one that way, else the nearest box that way. */
export function neighbour(index: GraphIndex, uid: string, direction: Direction): string | null {
  const here = index.nodes.get(uid) ?? index.groups.get(uid);
  if (!here) return null;
  return alongEdge(index, uid, direction) ?? nearest(here, drawnBoxes(index), direction);
}

function alongEdge(index: GraphIndex, uid: string, direction: Direction): string | null {
  if (direction === "up" || direction === "down") return null;
  const [near, far] = direction === "right" ? (["source", "target"] as const) : (["target", "source"] as const);
  const edges = index.groups.has(uid)
    ? [...index.edges.values()].filter((edge) => drawnEnd(index, edge[near]) === uid)
    : ((direction === "right" ? index.edgesFrom : index.edgesTo).get(uid) ?? []);
  return edges.map((edge) => drawnEnd(index, edge[far])).find((end) => end !== uid) ?? null;
}

/** Boxes as they are seen: layers that no folded group hides, and the folded groups. */
export function drawnBoxes(index: GraphIndex): readonly (NodeView | GroupView)[] {
  const groups = [...index.groups.values()];
  return [
    ...[...index.nodes.values()].filter((node) => foldedAround(index, node.group) === null),
    ...groups.filter((group) => group.folded && foldedAround(index, group.parent) === null),
  ];
}

function nearest(here: Drawn, nodes: readonly Drawn[], direction: Direction): string | null {
  let best: { uid: string; distance: number } | null = null;
  for (const node of nodes) {
    const { along, across } = offset(here, node, direction);
    if (along <= 1) continue;
    const distance = along + 2 * across;
    if (!best || distance < best.distance) best = { uid: node.uid, distance };
  }
  return best?.uid ?? null;
}

function offset(here: Rectangle, there: Rectangle, direction: Direction): { along: number; across: number } {
  const dx = there.x + there.width / 2 - here.x - here.width / 2;
  const dy = there.y + there.height / 2 - here.y - here.height / 2;
  const sign = direction === "left" || direction === "up" ? -1 : 1;
  const level = direction === "left" || direction === "right";
  return { along: sign * (level ? dx : dy), across: Math.abs(level ? dy : dx) };
}
