/** What the scripted kernel says of places, and what it makes of an edit: just enough to look at. */
import type { Command, GraphView, Verdict } from "../src/protocol/messages";
import { GRAPH, makeEdge, makeNode } from "./scene";

export function insertions(graph: GraphView, kind: string): Verdict[] {
  const flat = kind === "Linear" || kind === "LSTM" || kind === "BatchNorm1d";
  return graph.edges.map(({ source, target }) => {
    const shape = graph.nodes.find((node) => node.uid === source.node)?.outputs[0]?.shape ?? [];
    if (kind === "Conv2d" && shape.length !== 4) {
      return {
        port: target,
        verdict: "invalid",
        reason: `Conv2d wants (N, C, H, W), the edge carries (${shape.join(", ")}).`,
        fixes: [],
        settings: {},
      };
    }
    if (flat && shape.length === 4) {
      return {
        port: target,
        verdict: "adapter",
        reason: `${kind} wants (N, features), the edge carries (${shape.join(", ")}).`,
        fixes: ["Flatten before it (+0 parameters)"],
        settings: {},
      };
    }
    return { port: target, verdict: "valid", reason: "Keeps the function now.", fixes: [], settings: {} };
  });
}

export function targets(graph: GraphView, from: string): Verdict[] {
  const before = graph.nodes.findIndex((node) => node.uid === from);
  return graph.nodes.flatMap((node, place) =>
    node.inputs.map((input): Verdict => {
      const port = { node: node.uid, port: input.name };
      if (place <= before)
        return {
          port,
          verdict: "invalid",
          reason: `That would make a loop through ${node.name}.`,
          fixes: ["a Delay layer"],
          settings: {},
        };
      if (place % 3 === 0)
        return {
          port,
          verdict: "adapter",
          reason: "It carries (N, 16, 8, 8), the port wants (N, 1024).",
          fixes: ["Flatten (+0)"],
          settings: {},
        };
      return { port, verdict: "valid", reason: "", fixes: [], settings: {} };
    }),
  );
}

export function edited(graph: GraphView, command: Command): GraphView | null {
  const { nodes, edges } = graph;
  switch (command.type) {
    case "insert-on-edge": {
      const edge = edges.find(
        (candidate) => candidate.target.node === command.target.node && candidate.target.port === command.target.port,
      );
      const before = nodes.find((node) => node.uid === edge?.source.node);
      if (!edge || !before) return null;
      const uid = `${command.kind.toLowerCase()}${graph.revision}`;
      const shifted = nodes.map((node) => (node.x > before.x ? { ...node, x: node.x + 190 } : node));
      const fresh = makeNode({
        uid,
        kind: command.kind,
        out: before.outputs[0]?.shape ?? null,
        x: 0,
        rest: { x: before.x + 190, y: before.y },
      });
      const kept = edges.filter((candidate) => candidate !== edge);
      return {
        ...graph,
        nodes: [...shifted, fresh],
        edges: [...kept, makeEdge(edge.source.node, uid), makeEdge(uid, edge.target.node, edge.target.port)],
      };
    }
    case "add-node": {
      const [x, y] = command.position ?? [0, 0];
      return {
        ...graph,
        nodes: [...nodes, makeNode({ uid: `n${graph.revision}`, kind: command.kind, out: null, x: 0, rest: { x, y } })],
      };
    }
    case "connect":
      return {
        ...graph,
        edges: [
          ...edges.filter(
            (edge) => edge.target.node !== command.target.node || edge.target.port !== command.target.port,
          ),
          makeEdge(command.source.node, command.target.node, command.target.port),
        ],
      };
    case "disconnect":
      return {
        ...graph,
        edges: edges.filter(
          (edge) => edge.target.node !== command.target.node || edge.target.port !== command.target.port,
        ),
      };
    case "remove-nodes":
      return {
        ...graph,
        nodes: nodes.filter((node) => !command.nodes.includes(node.uid)),
        edges: edges.filter(
          (edge) => !command.nodes.includes(edge.source.node) && !command.nodes.includes(edge.target.node),
        ),
      };
    case "move":
      return {
        ...graph,
        nodes: nodes.map((node) =>
          node.uid === command.node
            ? { ...node, x: command.position?.[0] ?? node.x, y: command.position?.[1] ?? node.y }
            : node,
        ),
      };
    case "rename":
      return {
        ...graph,
        nodes: nodes.map((node) => (node.uid === command.node ? { ...node, name: command.name } : node)),
      };
    case "set-field":
      return {
        ...graph,
        nodes: nodes.map((node) =>
          node.uid === command.node
            ? { ...node, settings: { ...node.settings, [command.field]: command.value } }
            : node,
        ),
      };
    case "freeze":
      return {
        ...graph,
        nodes: nodes.map((node) => (node.uid === command.node ? { ...node, frozen: command.frozen ?? true } : node)),
      };
    case "fold":
      return {
        ...graph,
        groups: graph.groups.map((group) =>
          group.uid === command.group
            ? {
                ...group,
                ...(command.folded ? { width: 140, height: 72, x: 420, y: 116 } : GRAPH.groups[0]),
                folded: command.folded ?? true,
              }
            : group,
        ),
      };
    default:
      return null;
  }
}
