/** The canvas of the computation: to look at, to open and to close, not to change. */
import { Background, type NodeMouseHandler, ReactFlow, ReactFlowProvider, useStore } from "@xyflow/react";
import { useCallback, useMemo, useRef } from "react";
import { selectBox, toggleSelected } from "../../commands/computation";
import type { State } from "../../store/state";
import { Notices } from "../parts/Notices";
import { useRead, useStudio } from "../studioContext";
import { ComputeFind } from "./ComputeFind";
import { ComputeTools } from "./ComputeTools";
import { type ComputeNode, computeEdges, computeNodes } from "./computeFlow";
import { OpBox } from "./OpBox";
import { OpFrame } from "./OpFrame";
import { useComputeCamera } from "./useComputeCamera";
import { Arrows, ValueEdge } from "./ValueEdge";
import { Walk } from "./Walk";

const NODE_TYPES = { op: OpBox, "op-frame": OpFrame };
const EDGE_TYPES = { value: ValueEdge };
/** Below this zoom a box shows its name only, larger. */
const FAR = 0.5;
const readGraph = (state: State) => state.compute.graph;
const readSelected = (state: State) => state.compute.selected;
const readBackward = (state: State) => state.compute.backward;
const invitation = ({ compute: { graph }, connection }: State) => {
  if (connection === "lost") return "The kernel does not answer. Run the cell again.";
  return graph.ops === 0 ? "Nothing has run yet. The computation is drawn as soon as a step was looked at." : "";
};

export function ComputeCanvas() {
  return (
    <ReactFlowProvider>
      <Field />
    </ReactFlowProvider>
  );
}

function Field() {
  const studio = useStudio();
  const field = useRef<HTMLDivElement>(null);
  const far = useStore((state) => state.transform[2] < FAR);
  const graph = useRead(readGraph);
  const selected = useRead(readSelected);
  const backward = useRead(readBackward);
  const words = useRead(invitation);
  const nodes = useMemo(() => computeNodes(graph), [graph]);
  const edges = useMemo(() => computeEdges(graph), [graph]);
  useComputeCamera(field);
  const choose = useCallback<NodeMouseHandler<ComputeNode>>((_, node) => selectBox(studio, node.id), [studio]);
  const open = useCallback<NodeMouseHandler<ComputeNode>>(() => void toggleSelected(studio), [studio]);
  const leave = useCallback(() => selectBox(studio, null), [studio]);
  return (
    <div className="pg-canvas pg-computation" data-far={far} data-backward={backward} ref={field}>
      <Arrows />
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onNodeClick={choose}
        onNodeDoubleClick={open}
        onPaneClick={leave}
        data-place="compute"
        tabIndex={0}
        aria-label="Compute graph. Up and down walk through what ran, right opens or follows, left closes or goes back."
        aria-activedescendant={selected ? `pg-tree-${selected}` : undefined}
        onlyRenderVisibleElements
        minZoom={0.05}
        maxZoom={2}
        zoomOnScroll={false}
        zoomOnDoubleClick={false}
        preventScrolling={false}
        nodesDraggable={false}
        nodesConnectable={false}
        elementsSelectable={false}
        deleteKeyCode={null}
        disableKeyboardA11y
        nodesFocusable={false}
        edgesFocusable={false}
      >
        <Background gap={20} size={1} />
      </ReactFlow>
      {words && <p className="pg-empty">{words}</p>}
      <ComputeTools />
      <ComputeFind />
      <Walk />
      <Notices />
    </div>
  );
}
