/** What the graph is, and how messages reach the kernel. */
import { count, plural } from "../../model/format";
import type { State } from "../../store/state";
import { useRead } from "../studioContext";

const readTitle = (state: State) => state.title;
const readGraph = (state: State) => state.graph;
const readLane = (state: State) => state.run.lane;
const readUnanswered = (state: State) => state.unanswered;

export function Footer() {
  const title = useRead(readTitle);
  const graph = useRead(readGraph);
  const lane = useRead(readLane);
  const unanswered = useRead(readUnanswered);
  return (
    <div className="pg-footer">
      <span>{title}</span>
      <span>{plural(graph.nodes.length, "layer")}</span>
      <span>{count(graph.parameters)} parameters</span>
      <span>revision {graph.revision}</span>
      {unanswered > 0 && <span>waiting for the kernel …</span>}
      <span className="pg-lane" title={lane}>
        {lane}
      </span>
    </div>
  );
}
