/** What one box reads of another: along the kernel's route, as wide as it has bytes, with its shape. */
import type { EdgeProps } from "@xyflow/react";
import { memo, useCallback } from "react";
import { edgeLine, labelPoint, linePath } from "../../model/geometry";
import type { State } from "../../store/state";
import { useRead } from "../studioContext";
import type { ValueFlowEdge } from "./computeFlow";

const THINNEST = 1.1;

export const ValueEdge = memo(function ValueEdge({ data }: EdgeProps<ValueFlowEdge>) {
  const edge = data?.edge;
  const touched = useRead(
    useCallback(
      ({ compute: { selected } }: State) =>
        selected !== null && (edge?.source === selected || edge?.target === selected),
      [edge],
    ),
  );
  const backward = useRead(useCallback(({ compute }: State) => compute.backward, []));
  const [start, end] = [edge?.route[0], edge?.route.at(-1)];
  if (!edge || !start || !end) return null;
  const line = edgeLine({ x: start[0], y: start[1] }, { x: end[0], y: end[1] }, edge.route);
  const place = labelPoint(line);
  const width = THINNEST + Math.log10(Math.max(edge.bytes, 1)) / 4;
  return (
    <g className="pg-value" data-touched={touched} data-dim={backward && !edge.gradient}>
      <path
        className="pg-edge"
        d={linePath(line)}
        strokeWidth={touched ? width + 1.2 : width}
        markerEnd={backward ? undefined : "url(#pg-arrow)"}
        markerStart={backward && edge.gradient ? "url(#pg-arrow-back)" : undefined}
      >
        <title>{[edge.argument, edge.label, edge.detail].filter(Boolean).join(", ")}</title>
      </path>
      {data.labelled && (
        <text className="pg-value-label" x={place.x} y={place.y - 5} textAnchor="middle">
          {edge.label}
        </text>
      )}
    </g>
  );
});

/** Drawn once, used by all edges. */
export function Arrows() {
  return (
    <svg className="pg-unseen" aria-hidden="true">
      <defs>
        <Arrow id="pg-arrow" d="M0,0 L8,4 L0,8z" at={7} />
        <Arrow id="pg-arrow-back" d="M8,0 L0,4 L8,8z" at={1} />
      </defs>
    </svg>
  );
}

function Arrow({ id, d, at }: { readonly id: string; readonly d: string; readonly at: number }) {
  return (
    <marker id={id} viewBox="0 0 8 8" refX={at} refY={4} markerWidth={8} markerHeight={8} markerUnits="userSpaceOnUse">
      <path d={d} className="pg-arrow" />
    </marker>
  );
}
