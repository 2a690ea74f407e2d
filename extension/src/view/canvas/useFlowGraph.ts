/** Boxes and edges for React Flow: from the store, with the selection and boxes that are being moved. */
import type { EdgeChange, NodeChange, XYPosition } from "@xyflow/react";
import { useCallback, useMemo, useState } from "react";
import { together } from "../../commands/ask";
import { selectEdge, selectNodes } from "../../commands/select";
import type { Studio } from "../../commands/studio";
import { feedersOf, groupsAround, indexGraph } from "../../model/graphIndex";
import type { GraphView, Move } from "../../protocol/messages";
import type { State } from "../../store/state";
import { useRead, useStudio } from "../studioContext";
import { type FlowEdge, type FlowNode, flowEdges, flowNodes } from "./flow";
import { useBoxing, withChanges } from "./useBoxing";

const readGraph = (state: State) => state.graph;
const readFeeding = (state: State) => state.feeding;
const readSelection = (state: State) => state.selection;

interface Moved {
  readonly revision: number;
  readonly positions: ReadonlyMap<string, XYPosition>;
}

const NOTHING_MOVED: Moved = { revision: -1, positions: new Map() };

export function useFlowGraph() {
  const studio = useStudio();
  const whole = useRead(readGraph);
  const feeding = useRead(readFeeding);
  const graph = useMemo(() => partOf(whole, feeding), [whole, feeding]);
  const selection = useRead(readSelection);
  const [moved, setMoved] = useState(NOTHING_MOVED);
  const { boxed, boxing, ends } = useBoxing(studio);
  const boxes = useMemo(() => flowNodes(graph), [graph]);
  const lines = useMemo(() => flowEdges(graph), [graph]);
  const nodes = useMemo(() => {
    const positions = moved.revision === graph.revision ? moved.positions : NOTHING_MOVED.positions;
    const chosen = boxed ?? new Set(selection.nodes);
    return boxes.map((box) => placed(box, chosen.has(box.id), positions.get(box.id)));
  }, [boxes, selection, boxed, moved, graph]);
  const edges = useMemo(() => lines.map((line) => marked(line, line.id === selection.edge)), [lines, selection]);

  const onNodesChange = useCallback(
    (changes: NodeChange<FlowNode>[]) => {
      if (!boxing.change(changes)) changeSelection(studio, changes);
      const { revision } = studio.store.getState().graph;
      setMoved((before) => movedBy(before, changes, revision));
    },
    [studio, boxing],
  );
  const onEdgesChange = useCallback(
    (changes: EdgeChange<FlowEdge>[]) => {
      if (!boxing.active()) changeEdge(studio, changes);
    },
    [studio, boxing],
  );
  const onNodeDragStop = useCallback(
    async (_: unknown, __: unknown, dragged: FlowNode[]) => {
      const moves = dragged.flatMap((node) => pinning(studio, node));
      await together(studio, moves, `move ${moves.length} boxes`, true);
      setMoved(NOTHING_MOVED);
      showSelected(studio);
    },
    [studio],
  );
  return { nodes, edges, onNodesChange, onEdgesChange, onNodeDragStop, ...ends };
}

/** The graph, or of it only what feeds a layer; boxes stay where they are. */
function partOf(graph: GraphView, feeding: string | null): GraphView {
  if (feeding === null) return graph;
  const kept = feedersOf(indexGraph(graph), feeding);
  const nodes = graph.nodes.filter((node) => kept.has(node.uid));
  const edges = graph.edges.filter((edge) => kept.has(edge.source.node) && kept.has(edge.target.node));
  const around = new Set(nodes.flatMap((node) => groupsAround(indexGraph(graph), node.group)));
  return { ...graph, nodes, edges, groups: graph.groups.filter((group) => around.has(group)) };
}

function placed(box: FlowNode, selected: boolean, position: XYPosition | undefined): FlowNode {
  if (!selected && !position) return box;
  return { ...box, selected, position: position ?? box.position };
}

function marked(line: FlowEdge, selected: boolean): FlowEdge {
  return selected ? { ...line, selected } : line;
}

function movedBy(before: Moved, changes: readonly NodeChange<FlowNode>[], revision: number): Moved {
  const moves = changes.flatMap((change) =>
    change.type === "position" && change.position ? [[change.id, change.position] as const] : [],
  );
  if (!moves.length) return before;
  const kept = before.revision === revision ? before.positions : NOTHING_MOVED.positions;
  return { revision, positions: new Map([...kept, ...moves]) };
}

/** The inspector that opened with the selection may have covered the box. */
export function showSelected(studio: Studio): void {
  const [node, ...more] = studio.store.getState().selection.nodes;
  if (node && !more.length) studio.page.reveal?.(node);
}

/** A box dropped by hand stays where it was put. */
function pinning(studio: Studio, { id, position }: FlowNode): Move[] {
  const node = studio.store.getState().graph.nodes.find((candidate) => candidate.uid === id);
  if (!node || Math.hypot(node.x - position.x, node.y - position.y) < 2) return [];
  return [{ type: "move", node: id, position: [Math.round(position.x), Math.round(position.y)] }];
}

function changeSelection(studio: Studio, changes: readonly NodeChange<FlowNode>[]): void {
  const { selection } = studio.store.getState();
  const chosen = withChanges(selection.nodes, changes);
  const same = chosen.size === selection.nodes.length && selection.nodes.every((uid) => chosen.has(uid));
  if (!same) selectNodes(studio, [...chosen]);
}

function changeEdge(studio: Studio, changes: readonly EdgeChange<FlowEdge>[]): void {
  for (const change of changes) {
    if (change.type !== "select") continue;
    const { selection } = studio.store.getState();
    if (change.selected) selectEdge(studio, change.id);
    else if (selection.edge === change.id)
      studio.store.dispatch({ type: "selected", selection: { ...selection, edge: null } });
  }
}
