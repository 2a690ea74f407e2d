/** The path that the last edit removed, faint and out of reach: to be seen, not to be used. */
import { ViewportPortal } from "@xyflow/react";
import { edgeLine, linePath } from "../../model/geometry";
import type { State } from "../../store/state";
import { useRead } from "../studioContext";

const readGraph = (state: State) => state.graph;
const isPart = (state: State) => state.feeding !== null;

export function Ghosts() {
  const { ghosts, ghostLines } = useRead(readGraph);
  const part = useRead(isPart);
  if (part || (!ghosts.length && !ghostLines.length)) return null;
  return (
    <ViewportPortal>
      <div className="pg-ghosts" aria-hidden="true">
        <svg width="1" height="1">
          <title>What the last edit removed</title>
          {ghostLines.map(({ start, end }) => (
            <path key={`${start} ${end}`} d={linePath(edgeLine(point(start), point(end)))} />
          ))}
        </svg>
        {ghosts.map(({ name, kind, x, y, width, height }) => (
          <div key={name} className="pg-ghost" style={{ transform: `translate(${x}px, ${y}px)`, width, height }}>
            <strong>{name}</strong>
            <span>{kind}, removed</span>
          </div>
        ))}
      </div>
    </ViewportPortal>
  );
}

function point([x, y]: readonly [number, number]) {
  return { x, y };
}
