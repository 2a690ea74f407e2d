/** The computation as React Flow wants it: boxes with sizes given up front, edges along the kernel's routes. Pure. */
import { type Edge, type Node, type NodeHandle, Position } from "@xyflow/react";
import type { ComputeBox, ComputeEdge, ComputeFrame, ComputeGraph } from "../../protocol/messages";

export type BoxNode = Node<{ readonly box: ComputeBox; readonly place: number }, "op">;
export type FrameNode = Node<{ readonly frame: ComputeFrame; readonly depth: number }, "op-frame">;
export type ComputeNode = BoxNode | FrameNode;
export type ValueFlowEdge = Edge<{ readonly edge: ComputeEdge; readonly labelled: boolean }, "value">;

export function computeNodes({ boxes, frames }: ComputeGraph): ComputeNode[] {
  const parents = new Map(frames.map((frame) => [frame.id, frame.parent]));
  const depth = (frame: ComputeFrame) => {
    let found = 0;
    for (let next = frame.parent; next !== null && next !== undefined; next = parents.get(next) ?? null) found += 1;
    return found;
  };
  return [
    ...frames.map((frame) => ({
      ...node(frame),
      type: "op-frame" as const,
      zIndex: depth(frame),
      data: { frame, depth: depth(frame) },
    })),
    ...boxes.map((box, place) => ({ ...node(box), type: "op" as const, zIndex: 100, data: { box, place } })),
  ];
}

function node({ id, x, y, width, height }: ComputeBox | ComputeFrame) {
  const size = { width, height };
  return { id, position: { x, y }, ...size, measured: size, handles: handles(width, height), draggable: false };
}

function handles(width: number, height: number): NodeHandle[] {
  const at = { y: height / 2, width: 1, height: 1 };
  return [
    { id: "in", type: "target", position: Position.Left, x: 0, ...at },
    { id: "out", type: "source", position: Position.Right, x: width, ...at },
  ];
}

/** What leaves a box is labelled once. */
export function computeEdges({ edges }: ComputeGraph): ValueFlowEdge[] {
  const labelled = new Set<string>();
  return edges.map((edge, place) => {
    const key = `${edge.source}\n${edge.label}`;
    const first = edge.label !== "" && !labelled.has(key);
    labelled.add(key);
    return {
      id: `${place}`,
      type: "value",
      source: edge.source,
      target: edge.target,
      sourceHandle: "out",
      targetHandle: "in",
      zIndex: 50,
      data: { edge, labelled: first },
    };
  });
}

/** Where the `i`-th of `n` ports sits on a side: as in the kernel's layout. */
export function portHeight(place: number, count: number, height: number): number {
  return Math.floor((height * (place + 1)) / (count + 1) + 0.5);
}
