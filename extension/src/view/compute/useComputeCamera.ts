/** Where the canvas of the computation looks. What was selected or opened stays where it was on the screen. */
import { useReactFlow } from "@xyflow/react";
import { type RefObject, useEffect, useRef } from "react";
import { contains, type Point, type Rectangle } from "../../model/geometry";
import type { ComputeGraph } from "../../protocol/messages";
import type { State } from "../../store/state";
import { useRead, useStudio } from "../studioContext";

const MARGIN = 24;
/** The tools stand at the bottom. */
const TOOLS = 30;
const LARGEST = 1.1;
/** Smaller letters than these cannot be read: a larger graph is first seen at its beginning. */
const LEGIBLE = 0.6;
const MOVE_TIME = 160;
const readGraph = (state: State) => state.compute.graph;

export function useComputeCamera(field: RefObject<HTMLElement | null>): void {
  const { page, store } = useStudio();
  const flow = useReactFlow();
  const graph = useRead(readGraph);
  const shown = useRef<ComputeGraph | null>(null);

  useEffect(() => {
    const before = shown.current;
    const size = field.current?.getBoundingClientRect();
    if (!size || !graph.boxes.length) return;
    shown.current = graph;
    if (!before) return void flow.setViewport(whole(graph, size, LEGIBLE));
    const { x, y, zoom } = flow.getViewport();
    const sight = { x: -x / zoom, y: -y / zoom, width: size.width / zoom, height: size.height / zoom };
    const moved = shift(before, graph, sight, store.getState().compute.selected);
    if (!moved) void flow.setViewport(whole(graph, size, LEGIBLE));
    else if (moved.x || moved.y) void flow.setViewport({ x: x - moved.x * zoom, y: y - moved.y * zoom, zoom });
  }, [graph, flow, field, store]);

  useEffect(() => {
    const duration = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : MOVE_TIME);
    page.fitComputation = () => {
      const size = field.current?.getBoundingClientRect();
      if (size) void flow.setViewport(whole(store.getState().compute.graph, size, 0), { duration: duration() });
    };
    page.revealBox = (id) =>
      requestAnimationFrame(() => {
        const { boxes, frames } = store.getState().compute.graph;
        const box = [...boxes, ...frames].find((one) => one.id === id);
        const size = field.current?.getBoundingClientRect();
        if (!box || !size) return;
        const { x, y, zoom } = flow.getViewport();
        const dx = into(x + box.x * zoom, box.width * zoom, size.width);
        const dy = into(y + box.y * zoom, box.height * zoom, size.height - TOOLS);
        if (dx || dy) void flow.setViewport({ x: x + dx, y: y + dy, zoom }, { duration: duration() });
      });
    page.zoom = (factor) => void flow.zoomTo(flow.getZoom() * factor, { duration: duration() });
    return () => {
      delete page.fitComputation;
      delete page.revealBox;
    };
  }, [page, flow, field, store]);
}

/** How far to move so that a stretch is seen; of one that is too long, its beginning. */
function into(at: number, length: number, room: number): number {
  if (at < MARGIN || length > room - 2 * MARGIN) return MARGIN - at;
  return at + length > room - MARGIN ? room - MARGIN - at - length : 0;
}

function whole(graph: ComputeGraph, size: Rectangle, legible: number) {
  const left = Math.min(...graph.boxes.map((box) => box.x), ...graph.frames.map((frame) => frame.x));
  const top = Math.min(...graph.boxes.map((box) => box.y), ...graph.frames.map((frame) => frame.y));
  const width = Math.max(graph.width, 1);
  const height = Math.max(graph.height, 1);
  const [across, down] = [size.width - 2 * MARGIN, size.height - TOOLS - 2 * MARGIN];
  const zoom = Math.max(Math.min(across / width, down / height, LARGEST), legible);
  const start = (at: number, length: number, room: number) =>
    MARGIN + Math.max((room - length * zoom) / 2, 0) - at * zoom;
  return { x: start(left, width, across), y: start(top, height, down), zoom };
}

/** How far what one looks at has moved: the selected box if it is in sight, else what moved least. Null: all is new. */
function shift(before: ComputeGraph, after: ComputeGraph, sight: Rectangle, selected: string | null): Point | null {
  const places = new Map([...after.boxes, ...after.frames].map((one) => [one.id, one]));
  let least: Point | null = null;
  for (const one of [...before.boxes, ...before.frames]) {
    const now = places.get(one.id);
    if (!now || !contains(sight, one)) continue;
    const moved = { x: now.x - one.x, y: now.y - one.y };
    if (one.id === selected) return moved;
    if (!least || Math.hypot(moved.x, moved.y) < Math.hypot(least.x, least.y)) least = moved;
  }
  return least;
}
