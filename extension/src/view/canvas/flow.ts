/** The layer graph as React Flow wants it: boxes with sizes and ports given up front. Pure. */
import { type Edge, type Node, type NodeHandle, Position } from "@xyflow/react";
import { ACCENTS } from "../../model/families";
import { drawnEnd, foldedAround, groupsAround, indexGraph } from "../../model/graphIndex";
import { PORT_TARGET, type PortPlace, placePorts } from "../../model/ports";
import type { EdgeView, GraphView, GroupView, NodeView } from "../../protocol/messages";

export type LayerFlowNode = Node<{ readonly node: NodeView; readonly tint: string }, "layer">;
export type GroupFlowNode = Node<{ readonly group: GroupView }, "group-frame">;
export type FlowNode = LayerFlowNode | GroupFlowNode;
export type FlowEdge = Edge<{ readonly edge: EdgeView; readonly shape: NodeView["outputs"][number] | null }, "shape">;

/** Ports of a folded group: one on each side. */
export const GROUP_PORTS = { input: "group-input", output: "group-output" } as const;

export function flowNodes(graph: GraphView): FlowNode[] {
  const index = indexGraph(graph);
  const groups = graph.groups.filter((group) => foldedAround(index, group.parent) === null);
  const layers = graph.nodes.filter((node) => foldedAround(index, node.group) === null);
  const depth = (group: GroupView) => groupsAround(index, group.uid).length;
  return [
    ...groups.sort((a, b) => depth(a) - depth(b)).map((group) => groupNode(group, depth(group))),
    ...layers.map((node) => layerNode(node, tintOf(graph, node.group))),
  ];
}

/** The colour of the outermost group around; none for a layer in no group. */
function tintOf(graph: GraphView, group: string | null): string {
  const outermost = groupsAround(indexGraph(graph), group).at(-1);
  return outermost ? (ACCENTS[graph.groups.indexOf(outermost) % (ACCENTS.length - 1)] ?? "") : "";
}

function layerNode(node: NodeView, tint: string): LayerFlowNode {
  const { width, height } = node;
  return {
    id: node.uid,
    type: "layer",
    position: { x: node.x, y: node.y },
    width,
    height,
    measured: { width, height },
    handles: placePorts(node).map(handle),
    zIndex: 100,
    data: { node, tint },
  };
}

function groupNode(group: GroupView, depth: number): GroupFlowNode {
  const { width, height, folded } = group;
  return {
    id: group.uid,
    type: "group-frame",
    position: { x: group.x, y: group.y },
    width,
    height,
    measured: { width, height },
    handles: folded ? groupHandles(group) : [],
    draggable: false,
    connectable: false,
    zIndex: folded ? 100 : depth,
    data: { group },
  };
}

function handle({ port, side, x, y }: PortPlace): NodeHandle {
  const half = PORT_TARGET / 2;
  return {
    id: port.name,
    type: side === "input" ? "target" : "source",
    position: side === "input" ? Position.Left : Position.Right,
    x: x - half,
    y: y - half,
    width: PORT_TARGET,
    height: PORT_TARGET,
  };
}

function groupHandles({ width, height }: GroupView): NodeHandle[] {
  const port = (name: string) => ({ name, shape: null, dtype: "", problem: "" });
  return [
    handle({ port: port(GROUP_PORTS.input), side: "input", x: 0, y: height / 2 }),
    handle({ port: port(GROUP_PORTS.output), side: "output", x: width, y: height / 2 }),
  ];
}

/** Edges between boxes that are drawn; inside a folded group there are none. */
export function flowEdges(graph: GraphView): FlowEdge[] {
  const index = indexGraph(graph);
  return graph.edges.flatMap((edge) => {
    const source = drawnEnd(index, edge.source);
    const target = drawnEnd(index, edge.target);
    if (source === target && source !== edge.source.node) return [];
    const from = index.nodes.get(edge.source.node);
    const flow: FlowEdge = {
      id: edge.id,
      type: "shape",
      source,
      target,
      sourceHandle: index.groups.has(source) ? GROUP_PORTS.output : edge.source.port,
      targetHandle: index.groups.has(target) ? GROUP_PORTS.input : edge.target.port,
      zIndex: 50,
      data: { edge, shape: from?.outputs.find((port) => port.name === edge.source.port) ?? null },
    };
    return [flow];
  });
}
