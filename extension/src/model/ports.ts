/** Ports: their keys, where they sit on a box, and the other end of an edge. Pure. */
import type { NodeView, PortRef, PortView } from "../protocol/messages";

export type Side = "input" | "output";

/** Inputs on the left edge of a box, outputs on the right. */
export interface PortPlace {
  readonly port: PortView;
  readonly side: Side;
  /** From the box's own corner. */
  readonly x: number;
  readonly y: number;
}

/** The area that takes the pointer, in both directions. */
export const PORT_TARGET = 24;

/** A port as a key of a map: a uid never holds a slash. */
export function portKey(ref: PortRef): string {
  return `${ref.node}/${ref.port}`;
}

export function readPortKey(key: string): PortRef {
  const cut = key.indexOf("/");
  return { node: key.slice(0, cut), port: key.slice(cut + 1) };
}

export function samePort(a: PortRef, b: PortRef): boolean {
  return a.node === b.node && a.port === b.port;
}

/** Spread the ports evenly along their side, as the layout and the static picture do. */
export function placePorts(node: NodeView): readonly PortPlace[] {
  return [...placeSide(node, "input"), ...placeSide(node, "output")];
}

function placeSide(node: NodeView, side: Side): PortPlace[] {
  const ports = side === "input" ? node.inputs : node.outputs;
  const x = side === "input" ? 0 : node.width;
  return ports.map((port, index) => ({
    port,
    side,
    x,
    y: Math.floor((node.height * (index + 1)) / (ports.length + 1) + 0.5),
  }));
}

/** Where one port sits on the canvas; the middle of the side if the node has no such port. */
export function portPoint(node: NodeView, port: string, side: Side): { x: number; y: number } {
  const place = placePorts(node).find((candidate) => candidate.side === side && candidate.port.name === port);
  const x = side === "input" ? 0 : node.width;
  return { x: node.x + (place?.x ?? x), y: node.y + (place?.y ?? node.height / 2) };
}
