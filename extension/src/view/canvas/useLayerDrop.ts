/** A layer dragged from a palette over the canvas: which edge or box is under the pointer, and the drop. */
import { useReactFlow } from "@xyflow/react";
import { type DragEvent, useMemo } from "react";
import { dropOnCanvas, dropOnNode, dropOnTarget, hover, letGo, pickUp } from "../../commands/drag";
import type { Studio } from "../../commands/studio";
import { contains, edgeLine, type Line, nearestLine, type Point } from "../../model/geometry";
import { indexGraph } from "../../model/graphIndex";
import { carriesLayer, hoveringKind, LAYER_MIME, readLayer } from "../../model/layerDrag";
import { portKey, portPoint } from "../../model/ports";
import type { GraphView } from "../../protocol/messages";
import { useStudio } from "../studioContext";

/** How far from an edge a drop still means it, in pixels of the screen. */
const REACH = 36;

/** `box/uid`, a port key, or null over open canvas. */
export function placeAt(graph: GraphView, point: Point, reach: number): string | null {
  const box = graph.nodes.find((node) => contains(node, point));
  if (box) return `box/${box.uid}`;
  const edge = nearestLine(point, linesOf(graph), reach);
  const target = edge === null ? undefined : indexGraph(graph).edges.get(edge)?.target;
  return target ? portKey(target) : null;
}

function linesOf(graph: GraphView): Map<string, Line> {
  const { nodes } = indexGraph(graph);
  const lines = new Map<string, Line>();
  for (const { id, source, target, route } of graph.edges) {
    const from = nodes.get(source.node);
    const to = nodes.get(target.node);
    if (!from || !to) continue;
    lines.set(id, edgeLine(portPoint(from, source.port, "output"), portPoint(to, target.port, "input"), route));
  }
  return lines;
}

/** Put the layer in hand at a place of the canvas: by a drop, or by the second tap. */
export function placeLayer(studio: Studio, point: Point, zoom: number): Promise<void> {
  const place = placeAt(studio.store.getState().graph, point, REACH / zoom);
  if (place === null) return dropOnCanvas(studio, point);
  return place.startsWith("box/") ? dropOnNode(studio, place.slice(4)) : dropOnTarget(studio, place);
}

export function useLayerDrop() {
  const studio = useStudio();
  const flow = useReactFlow();
  return useMemo(() => {
    const pointOf = (event: DragEvent) => flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
    return {
      onDragOver(event: DragEvent) {
        const types = [...event.dataTransfer.types];
        if (!carriesLayer(types)) return;
        event.preventDefault();
        event.stopPropagation();
        event.dataTransfer.dropEffect = "copy";
        takeFromOutside(studio, types);
        const { graph } = studio.store.getState();
        hover(studio, placeAt(graph, pointOf(event), REACH / flow.getZoom()));
      },
      onDragLeave(event: DragEvent) {
        const into = event.relatedTarget as Node | null;
        if (into && event.currentTarget.contains(into)) return;
        hover(studio, null);
      },
      onDrop(event: DragEvent) {
        const layer = readLayer(event.dataTransfer.getData(LAYER_MIME));
        if (!layer) return letGo(studio);
        event.preventDefault();
        event.stopPropagation();
        const { drag } = studio.store.getState();
        if (drag?.moving.type !== "layer") pickUp(studio, { type: "layer", ...layer }, "pointer");
        void placeLayer(studio, pointOf(event), flow.getZoom());
      },
    };
  }, [studio, flow]);
}

/** A drag from another palette (JupyterLab's sidebar) begins for us when it comes over the canvas. */
function takeFromOutside(studio: Studio, types: readonly string[]): void {
  const { drag, catalogue } = studio.store.getState();
  if (drag) return;
  const kind = hoveringKind(
    types,
    catalogue.map((candidate) => candidate.kind),
  );
  if (kind) pickUp(studio, { type: "layer", kind }, "pointer");
}
