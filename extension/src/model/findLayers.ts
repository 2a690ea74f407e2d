/** Which layers hold every word of a query in name, kind or summary: their uids in reading order. Pure. */
import type { GraphView } from "../protocol/messages";
import { indexGraph, readingOrder } from "./graphIndex";

export function findLayers(graph: GraphView, query: string): readonly string[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  const { groups } = indexGraph(graph);
  return readingOrder(graph.nodes)
    .filter((node) => {
      const group = node.group === null ? "" : (groups.get(node.group)?.name ?? "");
      const text = `${node.name} ${node.kind} ${node.summary} ${group}`.toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .map((node) => node.uid);
}
