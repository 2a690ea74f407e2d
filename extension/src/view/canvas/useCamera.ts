/** Where the canvas looks: the whole graph, a readable first view, or one box. */
import { useNodesInitialized, useReactFlow } from "@xyflow/react";
import { type RefObject, useEffect, useRef } from "react";
import type { Rectangle } from "../../model/geometry";
import type { GraphView } from "../../protocol/messages";
import type { State } from "../../store/state";
import { useRead, useStudio } from "../studioContext";

const MARGIN = 28;
/** Below this names are hard to read, so the first view shows the beginning instead of everything. */
const READABLE = 0.75;
const LARGEST = 1.15;
const MOVE_TIME = 160;
const hasNodes = (state: State) => state.graph.nodes.length > 0;

export interface Viewport {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

/** The viewport that shows the graph in a field of that size, not smaller than `smallest`. */
export function viewOf(graph: GraphView, width: number, height: number, smallest: number): Viewport {
  const box = extent(graph);
  const fitting = Math.min((width - 2 * MARGIN) / box.width, (height - 2 * MARGIN) / box.height, LARGEST);
  const zoom = Math.max(fitting, smallest);
  const free = width - box.width * zoom;
  const left = free >= 2 * MARGIN - 1 ? free / 2 : MARGIN;
  return { x: left - box.x * zoom, y: (height - box.height * zoom) / 2 - box.y * zoom, zoom };
}

function extent({ nodes, groups }: GraphView) {
  const boxes = [...nodes, ...groups];
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height));
  return { x, y, width: Math.max(right - x, 1), height: Math.max(bottom - y, 1) };
}

export function useCamera(field: RefObject<HTMLElement | null>): void {
  const { store, page } = useStudio();
  const flow = useReactFlow();
  const ready = useNodesInitialized();
  const filled = useRead(hasNodes);
  const looked = useRef(false);

  useEffect(() => {
    const duration = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : MOVE_TIME);
    const look = (smallest: number, time: number) => {
      const { graph } = store.getState();
      const size = field.current?.getBoundingClientRect();
      if (!size || !graph.nodes.length) return;
      void flow.setViewport(viewOf(graph, size.width, size.height, smallest), { duration: time });
    };
    if (ready && filled && !looked.current) {
      looked.current = true;
      look(READABLE, 0);
    }
    page.fit = () => look(0.1, duration());
    page.zoom = (factor) => void flow.zoomTo(flow.getZoom() * factor, { duration: duration() });
    // One frame later: a panel that opens with the selection has taken its room by then.
    page.reveal = (uid) =>
      requestAnimationFrame(() => {
        const { nodes, groups } = store.getState().graph;
        const box = [...nodes, ...groups].find((candidate) => candidate.uid === uid);
        const size = field.current?.getBoundingClientRect();
        if (size && box) revealBox(flow, size, box, duration());
      });
  }, [flow, store, page, field, ready, filled]);
}

type Flow = ReturnType<typeof useReactFlow>;

/** Move just as far as needed. */
function revealBox(flow: Flow, size: DOMRect, box: Rectangle, duration: number): void {
  const { x, y, zoom } = flow.getViewport();
  const shift = (at: number, length: number, room: number) => {
    if (at < MARGIN) return MARGIN - at;
    return at + length > room - MARGIN ? room - MARGIN - at - length : 0;
  };
  const dx = shift(x + box.x * zoom, box.width * zoom, size.width);
  const dy = shift(y + box.y * zoom, box.height * zoom, size.height);
  if (dx || dy) void flow.setViewport({ x: x + dx, y: y + dy, zoom }, { duration });
}
