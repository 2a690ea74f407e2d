/** Where the canvas looks: the whole graph, a readable first view, or one box. */
import { useNodesInitialized, useReactFlow } from "@xyflow/react";
import { type RefObject, useEffect, useRef } from "react";
import { contains, type Point, type Rectangle } from "../../model/geometry";
import type { GraphView } from "../../protocol/messages";
import type { State } from "../../store/state";
import { useRead, useStudio } from "../studioContext";

const MARGIN = 28;
/** The tools stand at the bottom. */
const TOOLS = 24;
/** From here on the whole graph is worth more than larger letters. */
const LEGIBLE = 0.6;
/** A graph too large for that is first seen at its beginning, so large. */
const COMFORTABLE = 0.75;
const LARGEST = 1.15;
const MOVE_TIME = 160;
const readGraph = (state: State) => state.graph;
const hasNodes = (state: State) => state.graph.nodes.length > 0;

export interface Viewport {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

/** The viewport that shows the whole graph in a field of that size; `whole`: however small it gets. */
export function viewOf(graph: GraphView, width: number, height: number, whole: boolean): Viewport {
  const box = extent(graph);
  const fitting = Math.min((width - 2 * MARGIN) / box.width, (height - TOOLS - 2 * MARGIN) / box.height, LARGEST);
  const zoom = whole || fitting >= LEGIBLE ? fitting : COMFORTABLE;
  const start = (at: number, length: number, room: number) => Math.max((room - length * zoom) / 2, MARGIN) - at * zoom;
  return { x: start(box.x, box.width, width), y: start(box.y, box.height, height - TOOLS), zoom };
}

/** All boxes, and the edges that lead around them. */
function extent({ nodes, groups, edges }: GraphView) {
  const boxes = [...nodes, ...groups];
  const bends = edges.flatMap((edge) => edge.route);
  const left = Math.min(...boxes.map((box) => box.x), ...bends.map(([x]) => x));
  const top = Math.min(...boxes.map((box) => box.y), ...bends.map(([, y]) => y));
  const right = Math.max(...boxes.map((box) => box.x + box.width), ...bends.map(([x]) => x));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height), ...bends.map(([, y]) => y));
  return { x: left, y: top, width: Math.max(right - left, 1), height: Math.max(bottom - top, 1) };
}

/** How far a new layout moved what is within sight: the least of all shifts, so that what stayed stays. */
export function leastShift(before: GraphView, after: GraphView, sight: Rectangle): Point {
  const places = new Map(after.nodes.map((node) => [node.uid, node]));
  let least: Point | null = null;
  for (const node of before.nodes) {
    const now = places.get(node.uid);
    if (!now || !contains(sight, node)) continue;
    const shift = { x: now.x - node.x, y: now.y - node.y };
    if (!least || Math.hypot(shift.x, shift.y) < Math.hypot(least.x, least.y)) least = shift;
  }
  return least ?? { x: 0, y: 0 };
}

/** After an edit what one looked at is still there, as far as the new layout lets it. */
function useSteadyView(field: RefObject<HTMLElement | null>): void {
  const flow = useReactFlow();
  const graph = useRead(readGraph);
  const shown = useRef(graph);
  useEffect(() => {
    const before = shown.current;
    shown.current = graph;
    const size = field.current?.getBoundingClientRect();
    if (!size || before.revision === graph.revision || !before.nodes.length) return;
    const { x, y, zoom } = flow.getViewport();
    const sight = { x: -x / zoom, y: -y / zoom, width: size.width / zoom, height: size.height / zoom };
    const shift = leastShift(before, graph, sight);
    if (shift.x || shift.y) void flow.setViewport({ x: x - shift.x * zoom, y: y - shift.y * zoom, zoom });
  }, [graph, flow, field]);
}

/** A panel that opens or closes gives the canvas another width: what is selected stays in sight, or the whole graph. */
function useRoom(field: RefObject<HTMLElement | null>): void {
  const { store } = useStudio();
  const flow = useReactFlow();
  useEffect(() => {
    const element = field.current;
    if (!element) return;
    let before = element.getBoundingClientRect();
    let held = false;
    // A box that is being dragged opens the inspector: what the hand holds must not move under it.
    const hold = () => {
      held = true;
    };
    const release = () => {
      held = false;
      requestAnimationFrame(adapt);
    };
    const adapt = () => {
      if (held) return;
      const size = element.getBoundingClientRect();
      const { graph, selection } = store.getState();
      const changed = Math.abs(size.width - before.width) > 1 || Math.abs(size.height - before.height) > 1;
      if (!changed || !size.width || !graph.nodes.length) return;
      const chosen = [...graph.nodes, ...graph.groups].filter((box) => selection.nodes.includes(box.uid));
      if (before.width && chosen.length) revealBox(flow, size, around(chosen), 0);
      else if (before.width && isWhole(flow, before, graph))
        void flow.setViewport(viewOf(graph, size.width, size.height, false));
      before = size;
    };
    const observer = new ResizeObserver(adapt);
    observer.observe(element);
    element.addEventListener("pointerdown", hold, true);
    window.addEventListener("pointerup", release);
    window.addEventListener("pointercancel", release);
    return () => {
      observer.disconnect();
      element.removeEventListener("pointerdown", hold, true);
      window.removeEventListener("pointerup", release);
      window.removeEventListener("pointercancel", release);
    };
  }, [field, flow, store]);
}

function around(boxes: readonly Rectangle[]): Rectangle {
  const [x, y] = [Math.min(...boxes.map((box) => box.x)), Math.min(...boxes.map((box) => box.y))];
  const right = Math.max(...boxes.map((box) => box.x + box.width));
  return { x, y, width: right - x, height: Math.max(...boxes.map((box) => box.y + box.height)) - y };
}

/** Was the whole graph within sight? */
function isWhole(flow: Flow, size: DOMRect, graph: GraphView): boolean {
  const { x, y, zoom } = flow.getViewport();
  const box = extent(graph);
  const inside = (at: number, length: number, room: number) => at > -2 && at + length < room + 2;
  return (
    inside(x + box.x * zoom, box.width * zoom, size.width) && inside(y + box.y * zoom, box.height * zoom, size.height)
  );
}

export function useCamera(field: RefObject<HTMLElement | null>): void {
  const { store, page } = useStudio();
  const flow = useReactFlow();
  const ready = useNodesInitialized();
  const filled = useRead(hasNodes);
  const looked = useRef(false);
  useSteadyView(field);
  useRoom(field);

  useEffect(() => {
    const duration = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : MOVE_TIME);
    const look = (whole: boolean, time: number) => {
      const { graph } = store.getState();
      const size = field.current?.getBoundingClientRect();
      if (!size || !graph.nodes.length) return;
      void flow.setViewport(viewOf(graph, size.width, size.height, whole), { duration: time });
    };
    const lookAt = (uids: readonly string[], time: number) => {
      const { graph } = store.getState();
      const nodes = graph.nodes.filter((node) => uids.includes(node.uid));
      const size = field.current?.getBoundingClientRect();
      if (!size || !nodes.length) return;
      const part = { ...graph, nodes, groups: [], edges: [] };
      const top = covered(field.current, size);
      const { x, y, zoom } = viewOf(part, size.width, size.height - top, false);
      void flow.setViewport({ x, y: y + top, zoom }, { duration: time });
    };
    if (ready && filled && !looked.current) {
      looked.current = true;
      look(false, 0);
      lookAt(store.getState().selection.nodes, 0);
    }
    page.fit = () => look(true, duration());
    page.middle = () => {
      const size = field.current?.getBoundingClientRect();
      return flow.screenToFlowPosition({
        x: (size?.x ?? 0) + (size?.width ?? 0) / 2,
        y: (size?.y ?? 0) + (size?.height ?? 0) / 2,
      });
    };
    page.zoom = (factor) => void flow.zoomTo(flow.getZoom() * factor, { duration: duration() });
    page.revealAll = (uids) => requestAnimationFrame(() => lookAt(uids, duration()));
    // One frame later: a panel that opens with the selection has taken its room by then.
    page.reveal = (uid) =>
      requestAnimationFrame(() => {
        const { nodes, groups } = store.getState().graph;
        const box = [...nodes, ...groups].find((candidate) => candidate.uid === uid);
        const size = field.current?.getBoundingClientRect();
        if (size && box) revealBox(flow, size, box, duration(), covered(field.current, size));
      });
  }, [flow, store, page, field, ready, filled]);
}

type Flow = ReturnType<typeof useReactFlow>;

/** How much of the top of the field a fault takes: up to half of it, the rest would show nothing. */
function covered(field: HTMLElement | null, size: DOMRect): number {
  const banner = field?.querySelector(".pg-fault")?.getBoundingClientRect();
  return banner ? Math.min(banner.bottom - size.top, size.height / 2) : 0;
}

/** Move just as far as needed. `top`: how much is covered there. */
function revealBox(flow: Flow, size: DOMRect, box: Rectangle, duration: number, top = 0): void {
  const { x, y, zoom } = flow.getViewport();
  const shift = (at: number, length: number, room: number, start: number) => {
    if (at < start + MARGIN) return start + MARGIN - at;
    return at + length > room - MARGIN ? room - MARGIN - at - length : 0;
  };
  const dx = shift(x + box.x * zoom, box.width * zoom, size.width, 0);
  const dy = shift(y + box.y * zoom, box.height * zoom, size.height, top);
  if (dx || dy) void flow.setViewport({ x: x + dx, y: y + dy, zoom }, { duration });
}
