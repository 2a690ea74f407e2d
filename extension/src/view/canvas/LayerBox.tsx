/** A layer: name, kind, settings, parameter count, marks, its newest figures, and its ports. */
import type { NodeProps } from "@xyflow/react";
import { memo, useCallback } from "react";
import { accent } from "../../model/families";
import { count } from "../../model/format";
import { rampColour } from "../../model/overlay";
import { placePorts } from "../../model/ports";
import type { NodeView } from "../../protocol/messages";
import { findingAt, kindOf, overlayAt, overlayOf } from "../../store/selectors";
import type { State } from "../../store/state";
import { Icon } from "../parts/Icon";
import { useRead } from "../studioContext";
import type { LayerFlowNode } from "./flow";
import { OverlayStrip } from "./OverlayStrip";
import { PortDot } from "./PortDot";
import { StatStrip } from "./StatStrip";

const isColoured = (state: State) =>
  state.overlay.form === "colour" && overlayOf(state)?.quantity.distribution === false;

export const LayerBox = memo(function LayerBox({ data: { node, tint }, selected }: NodeProps<LayerFlowNode>) {
  const family = useRead(useCallback((state: State) => kindOf(state, node.kind)?.family ?? "", [node.kind]));
  const faulty = useRead(useCallback((state: State) => state.run.problemNode === node.uid, [node.uid]));
  const number = useRead(useCallback((state: State) => overlayAt(state, node.uid), [node.uid]));
  const coloured = useRead(isColoured);
  const paint = number && coloured ? rampColour(number.share) : null;
  const finding = useRead(useCallback((state: State) => findingAt(state, node.uid), [node.uid]));
  const marked = useRead(useCallback((state: State) => isReplaceTarget(state, node.uid), [node.uid]));
  return (
    <div
      className="pg-box"
      data-selected={selected}
      data-frozen={node.frozen}
      data-bypassed={node.bypassed}
      data-problem={faulty || node.problem !== ""}
      data-found={finding !== ""}
      data-replace={marked}
      data-port-names={node.inputs.length > 1}
      data-painted={paint !== null}
      style={
        {
          "--pg-accent": accent(family),
          "--pg-tint": tint || "transparent",
          "--pg-fill": paint?.fill,
          "--pg-ink": paint?.ink,
        } as React.CSSProperties
      }
      title={node.problem || undefined}
    >
      <div className="pg-box-name">
        <span>{node.name}</span>
        <Marks node={node} finding={finding} />
      </div>
      <div className="pg-box-kind">
        <span>{node.kind === "Closed" ? "module" : node.kind}</span>{" "}
        <span className="pg-box-summary">{node.summary}</span>
      </div>
      <div className="pg-box-foot">
        {number ? <OverlayStrip box={number} /> : <StatStrip uid={node.uid} />}
        {!number && node.parameters > 0 && <span className="pg-box-count">{count(node.parameters)}</span>}
      </div>
      {placePorts(node).map((place) => (
        <PortDot key={`${place.side}/${place.port.name}`} node={node} place={place} />
      ))}
    </div>
  );
});

/** A layer from the palette hovers over this box. */
function isReplaceTarget(state: State, uid: string): boolean {
  return state.drag?.moving.type === "layer" && state.drag.over === `box/${uid}`;
}

function Marks({ node, finding }: { readonly node: NodeView; readonly finding: string }) {
  return (
    <span className="pg-marks">
      {node.problem && <span title={node.problem}>!</span>}
      {finding && (
        <span className="pg-found" title={finding}>
          <Icon name="finding" />
        </span>
      )}
      {node.frozen && (
        <span title="frozen">
          <Icon name="lock" />
        </span>
      )}
      {node.bypassed && (
        <span title="bypassed">
          <Icon name="bypass" />
        </span>
      )}
    </span>
  );
}
