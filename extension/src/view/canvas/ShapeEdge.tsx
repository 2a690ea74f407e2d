/** An edge with the shape that travels along it. While a layer is dragged it glows, or dims and says why. */
import { EdgeLabelRenderer, type EdgeProps } from "@xyflow/react";
import { memo, useCallback } from "react";
import { fullShape, sampleShape } from "../../model/format";
import { curvePath, curvePoint, edgeCurve } from "../../model/geometry";
import { PORT_TARGET } from "../../model/ports";
import { verdictAt } from "../../store/selectors";
import type { State } from "../../store/state";
import { useRead } from "../studioContext";
import type { FlowEdge } from "./flow";

const TARGET_WIDTH = 24;

export const ShapeEdge = memo(function ShapeEdge(props: EdgeProps<FlowEdge>) {
  const { id, data, selected, sourceX, sourceY, targetX, targetY } = props;
  const curve = edgeCurve({ x: sourceX - PORT_TARGET / 2, y: sourceY }, { x: targetX + PORT_TARGET / 2, y: targetY });
  const light = useRead(useCallback((state: State) => lightOf(state, data?.edge), [data]));
  const path = curvePath(curve);
  const middle = curvePoint(curve, 0.5);
  const label = data?.shape ? sampleShape(data.shape.shape) : (data?.edge.label ?? "");
  return (
    <>
      <path className="pg-edge" id={id} d={path} data-selected={selected === true} data-light={light} />
      <path className="pg-edge-target react-flow__edge-interaction" d={path} strokeWidth={TARGET_WIDTH} />
      {label && (
        <EdgeLabelRenderer>
          <div
            className="pg-edge-label"
            data-selected={selected === true}
            data-light={light}
            title={data?.shape ? fullShape(data.shape) : undefined}
            style={{ transform: `translate(-50%, -50%) translate(${middle.x}px, ${middle.y}px)` }}
          >
            {label}
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  );
});

function lightOf(state: State, edge: NonNullable<FlowEdge["data"]>["edge"] | undefined): string {
  const { drag } = state;
  if (!edge || drag?.moving.type !== "layer") return "";
  if (drag.over === `${edge.target.node}/${edge.target.port}`) {
    return `over-${verdictAt(drag, edge.target)?.verdict ?? "waiting"}`;
  }
  return verdictAt(drag, edge.target)?.verdict ?? "waiting";
}
