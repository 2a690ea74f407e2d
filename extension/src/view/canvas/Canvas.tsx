/** The canvas: the layer graph to look at and to rewire. */
import {
  Background,
  ConnectionMode,
  MiniMap,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useStore,
} from "@xyflow/react";
import { type MouseEvent, useCallback, useRef, useState } from "react";
import { hover } from "../../commands/drag";
import { PORT_TARGET } from "../../model/ports";
import type { State } from "../../store/state";
import { Notices } from "../parts/Notices";
import { useRead, useStudio } from "../studioContext";
import { CanvasTools } from "./CanvasTools";
import { FaultBanner } from "./FaultBanner";
import { FeedBanner } from "./FeedBanner";
import { FeedbackLegend } from "./FeedbackLegend";
import { Find } from "./Find";
import { Ghosts } from "./Ghosts";
import { GroupFrame } from "./GroupFrame";
import { LayerBox } from "./LayerBox";
import { LayerTree } from "./LayerTree";
import { OverlayLegend } from "./OverlayLegend";
import { PickerSheet } from "./PickerSheet";
import { ReasonBar } from "./ReasonBar";
import { ShapeEdge } from "./ShapeEdge";
import { useCamera } from "./useCamera";
import { useEdgeDrag } from "./useEdgeDrag";
import { showSelected, useFlowGraph } from "./useFlowGraph";
import { placeAt, placeLayer, useLayerDrop } from "./useLayerDrop";

const NODE_TYPES = { layer: LayerBox, "group-frame": GroupFrame };
const EDGE_TYPES = { shape: ShapeEdge };
/** Below this zoom a box shows its name only, larger. */
const FAR = 0.5;

export function Canvas() {
  return (
    <ReactFlowProvider>
      <CanvasField />
    </ReactFlowProvider>
  );
}

const readDragging = (state: State) => state.drag?.moving.type ?? "";
const readActive = (state: State) => state.selection.nodes[0];
const groupColours = (state: State) => state.layout.groupColours;
const isEmpty = (state: State) => state.connection === "open" && state.graph.nodes.length === 0;

function CanvasField() {
  const field = useRef<HTMLDivElement>(null);
  const far = useStore((state) => state.transform[2] < FAR);
  const dragging = useRead(readDragging);
  const active = useRead(readActive);
  const empty = useRead(isEmpty);
  const coloured = useRead(groupColours);
  const [map, setMap] = useState(false);
  const flowGraph = useFlowGraph();
  const layerDrop = useLayerDrop();
  const edgeDrag = useEdgeDrag();
  const taps = useTaps();
  useCamera(field);
  return (
    <div
      className="pg-canvas"
      data-far={far}
      data-dragging={dragging}
      data-group-colours={coloured}
      ref={field}
      {...layerDrop}
    >
      <ReactFlow
        {...flowGraph}
        {...edgeDrag}
        {...taps}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        data-place="canvas"
        tabIndex={0}
        aria-label="Layer graph. Arrow keys walk from layer to layer, question mark shows all keys."
        aria-activedescendant={active ? `layer-${active}` : undefined}
        connectionMode={ConnectionMode.Strict}
        connectionRadius={PORT_TARGET}
        onlyRenderVisibleElements
        minZoom={0.1}
        maxZoom={2}
        zoomOnScroll={false}
        zoomOnDoubleClick={false}
        preventScrolling={false}
        deleteKeyCode={null}
        selectionKeyCode="Shift"
        autoPanOnSelection={false}
        multiSelectionKeyCode={["Meta", "Control", "Shift"]}
        disableKeyboardA11y
        nodesFocusable={false}
        edgesFocusable={false}
        proOptions={{ hideAttribution: false }}
      >
        <Background gap={20} size={1} />
        <Ghosts />
        {map && <MiniMap pannable zoomable ariaLabel="Overview" />}
      </ReactFlow>
      {empty && <p className="pg-empty">Drag a layer from the palette onto this canvas.</p>}
      <CanvasTools map={map} onMap={() => setMap(!map)} />
      <OverlayLegend />
      <FaultBanner />
      <FeedBanner />
      <FeedbackLegend />
      <Find />
      <PickerSheet />
      <ReasonBar />
      <Notices />
      <LayerTree />
    </div>
  );
}

/** The second tap: what was picked from the palette goes where the pointer clicks. */
function useTaps() {
  const studio = useStudio();
  const flow = useReactFlow();
  const place = useCallback(
    (event: MouseEvent) => {
      if (studio.store.getState().drag?.by !== "tap") return;
      void placeLayer(studio, flow.screenToFlowPosition({ x: event.clientX, y: event.clientY }), flow.getZoom());
    },
    [studio, flow],
  );
  const follow = useCallback(
    (event: MouseEvent) => {
      const { drag, graph } = studio.store.getState();
      if (drag?.by !== "tap") return;
      const point = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
      hover(studio, placeAt(graph, point, 36 / flow.getZoom()));
    },
    [studio, flow],
  );
  const choose = useCallback(
    (event: MouseEvent) => {
      place(event);
      showSelected(studio);
    },
    [studio, place],
  );
  const click = useCallback((event: MouseEvent) => place(event), [place]);
  return { onPaneClick: click, onNodeClick: choose, onEdgeClick: click, onMouseMove: follow };
}
