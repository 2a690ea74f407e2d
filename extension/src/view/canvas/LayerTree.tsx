/** The graph as a list, for screen readers: every layer in reading order, with what it leads to. */
import { useMemo } from "react";
import { describe, visit } from "../../commands/select";
import { readingOrder } from "../../model/graphIndex";
import type { State } from "../../store/state";
import { useRead, useStudio } from "../studioContext";

const readGraph = (state: State) => state.graph;

export function LayerTree() {
  const studio = useStudio();
  const graph = useRead(readGraph);
  const order = useMemo(() => readingOrder(graph.nodes), [graph]);
  return (
    <ul className="pg-unseen" aria-label="Layers">
      {order.map((node) => (
        <li key={node.uid} id={`layer-${node.uid}`}>
          <button type="button" tabIndex={-1} onClick={() => visit(studio, node.uid)}>
            {describe(studio.store.getState(), node.uid)}
          </button>
        </li>
      ))}
    </ul>
  );
}
