/** Nothing is selected: the graph as a whole, and what is wrong with it. */
import { useMemo } from "react";
import { visit } from "../../commands/select";
import { count, plural } from "../../model/format";
import type { State } from "../../store/state";
import { useRead, useStudio } from "../studioContext";
import { Training } from "./Training";

const readGraph = (state: State) => state.graph;
const readTitle = (state: State) => state.title;
const readRun = (state: State) => state.run;

export function GraphInspector() {
  const studio = useStudio();
  const graph = useRead(readGraph);
  const title = useRead(readTitle);
  const { problem, lane } = useRead(readRun);
  const problems = useMemo(() => graph.nodes.filter((node) => node.problem), [graph]);
  return (
    <>
      <header className="pg-inspector-head">
        <h3>{title || "Layer graph"}</h3>
        <p className="pg-quiet">
          {plural(graph.nodes.length, "layer")} · {count(graph.parameters)} parameters
        </p>
      </header>
      {problem && <p className="pg-problem">{problem}</p>}
      {problems.map((node) => (
        <button type="button" key={node.uid} className="pg-problem" onClick={() => visit(studio, node.uid)}>
          <strong>{node.name}</strong> {node.problem}
        </button>
      ))}
      <Training />
      <p className="pg-hint">
        Select a layer to change its settings and to see its numbers. Drag from a port to draw an edge. Press ? for all
        keys.
      </p>
      {lane && <p className="pg-hint">{lane}</p>}
    </>
  );
}
