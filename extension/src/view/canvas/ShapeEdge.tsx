/** An edge with the shape that travels along it. While a layer is dragged it glows, or dims and says why. */
import { EdgeLabelRenderer, type EdgeProps } from "@xyflow/react";
import { memo, useCallback } from "react";
import { FEEDBACK_WORDS } from "../../model/feedback";
import { fullShape, sampleShape } from "../../model/format";
import { edgeLine, LOOP_CORNER, labelPoint, leadsBack, linePath, loopLabelPoint } from "../../model/geometry";
import { type OverlayBox, type OverlayForm, rampColour } from "../../model/overlay";
import { PORT_TARGET } from "../../model/ports";
import { overlayAt, verdictAt } from "../../store/selectors";
import type { State } from "../../store/state";
import { useRead } from "../studioContext";
import type { FlowEdge } from "./flow";

const TARGET_WIDTH = 24;

export const ShapeEdge = memo(function ShapeEdge(props: EdgeProps<FlowEdge>) {
  const { id, data, selected, sourceX, sourceY, targetX, targetY } = props;
  const start = { x: sourceX - PORT_TARGET / 2, y: sourceY };
  const line = edgeLine(start, { x: targetX + PORT_TARGET / 2, y: targetY }, data?.edge.route);
  const light = useRead(useCallback((state: State) => lightOf(state, data?.edge), [data]));
  const number = useRead(
    useCallback((state: State) => (data ? overlayAt(state, data.edge.source.node) : null), [data]),
  );
  const form = useRead(readForm);
  const loops = data?.edge.feedback === true;
  const path = linePath(line, loops ? LOOP_CORNER : undefined);
  const place = loops ? loopLabelPoint(line) : labelPoint(line);
  const label = data?.shape ? sampleShape(data.shape.shape) : (data?.edge.label ?? "");
  return (
    <>
      {loops && <title>{FEEDBACK_WORDS}</title>}
      <path
        className="pg-edge"
        id={id}
        d={path}
        data-selected={selected === true}
        data-light={light}
        data-feedback={loops}
        style={light ? undefined : lineStyle(number, form)}
      />
      <path className="pg-edge-target react-flow__edge-interaction" d={path} strokeWidth={TARGET_WIDTH} />
      {label && (
        <EdgeLabelRenderer>
          <div
            className="pg-edge-label"
            data-selected={selected === true}
            data-light={light}
            data-feedback={loops}
            title={data?.shape ? fullShape(data.shape) : undefined}
            style={{ transform: `translate(-50%, -100%) translate(${place.x}px, ${place.y - 2}px)` }}
          >
            {loops && leadsBack(line) ? `↩ ${label}` : label}
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  );
});

const readForm = (state: State) => state.overlay.form;

/** What flows along an edge is what its layer puts out: it wears that layer's number. */
function lineStyle(number: OverlayBox | null, form: OverlayForm): React.CSSProperties | undefined {
  if (!number || !Number.isFinite(number.share) || number.bars.length) return undefined;
  if (form === "colour") return { stroke: rampColour(number.share).fill, strokeWidth: 4 };
  return form === "bar" ? { strokeWidth: 1 + 7 * number.share } : undefined;
}

function lightOf(state: State, edge: NonNullable<FlowEdge["data"]>["edge"] | undefined): string {
  const { drag } = state;
  if (!edge || drag?.moving.type !== "layer") return "";
  if (drag.over === `${edge.target.node}/${edge.target.port}`) {
    return `over-${verdictAt(drag, edge.target)?.verdict ?? "waiting"}`;
  }
  return verdictAt(drag, edge.target)?.verdict ?? "waiting";
}
