/** Stands in for the notebook's widget model: answers requests from a script, trains on made-up numbers. */
import type { WidgetModel } from "../src/protocol/bridge";
import type {
  ArrayView,
  Command,
  Frame,
  FromBrowser,
  FromKernel,
  GraphView,
  LogEntry,
  RunView,
  Verdict,
} from "../src/protocol/messages";
import { CATALOGUE, GRAPH, makeEdge, makeNode } from "./scene";

type Listener = (content: FromKernel, buffers: DataView[]) => void;

export function scriptedKernel(): WidgetModel & { readonly sent: FromBrowser[] } {
  const listeners = new Set<Listener>();
  const sent: FromBrowser[] = [];
  let graph: GraphView = GRAPH;
  let entries: LogEntry[] = [
    {
      number: 1,
      step: 210,
      author: "code",
      title: "Set conv1.out_channels to 16",
      python: 'pg.edit.set("conv1", out_channels=16)',
      status: "applied",
      receipt: "kept 6 tensors (66,250 values), mapped 1, new 0; optimizer slots kept 12 of 12",
    },
    {
      number: 2,
      step: 640,
      author: "studio",
      title: "Insert Dropout on fc1 → head",
      python: 'pg.edit.insert("fc1 -> head", nn.Dropout(0.2))',
      status: "applied",
      receipt: "kept 8 tensors (bitwise); function preserved: max |Δoutput| 0",
    },
  ];
  let run: RunView = {
    type: "run-view",
    state: "paused",
    step: 812,
    total: 2000,
    epoch: 3,
    stepsPerSecond: 0,
    loss: 0.2184,
    lane: "Edits reach the kernel while a cell runs, by a kernel subshell of our own.",
    problem: "",
    problemNode: null,
  };
  let number = 0;

  const emit = (message: FromKernel, buffers: DataView[] = []) =>
    setTimeout(() => {
      for (const listener of listeners) listener(message, buffers);
    }, 15);
  const train = () => {
    if (run.state === "running") {
      run = { ...run, step: run.step + 7, stepsPerSecond: 84.2, loss: 0.2 + 0.05 * Math.sin(run.step / 50) };
      number += 1;
      const { frame, buffer } = makeFrame(number, run, graph);
      emit(frame, [buffer]);
    }
    setTimeout(train, 120);
  };
  train();

  const refuse = (requestId: string, title: string, hint: string) =>
    emit({ type: "failed", requestId, title, got: "x: (N, 64)", want: "x: (N, 16, H, W)", hint, where: "", ports: [] });

  const apply = (requestId: string, command: Command) => {
    const next = edited(graph, command);
    if (!next) {
      refuse(requestId, `${command.type} is not in the script`, "try another edit");
      return;
    }
    graph = { ...next, revision: graph.revision + 1, undoLabel: command.type };
    const python = `pg.edit.${command.type.replace("-", "_")}(...)`;
    const entry: LogEntry = {
      number: entries.length + 1,
      step: run.step,
      author: "studio",
      title: command.type,
      python,
      status: "applied",
      receipt: "kept 8 tensors (bitwise)",
    };
    entries = [...entries, entry];
    emit(graph);
    emit({ type: "log-view", entries });
    emit({
      type: "command-done",
      requestId,
      revision: graph.revision,
      step: run.step,
      receipt: "kept 8 tensors (68,730 values) bitwise\noptimizer slots kept 16 of 16\nmax |Δoutput| 0",
      python,
    });
  };

  const answer = (message: FromBrowser): void => {
    sent.push(message);
    switch (message.type) {
      case "open":
        emit({
          type: "opened",
          requestId: message.requestId,
          version: 1,
          title: "digits CNN",
          catalogue: CATALOGUE,
          graph,
          run,
          log: { type: "log-view", entries },
          code: {},
        });
        emit(...frameArguments(makeFrame(number, run, graph)));
        return;
      case "transport":
        run = {
          ...run,
          state: message.action === "play" ? "running" : "paused",
          step: run.step + (message.action === "step" ? 1 : 0),
        };
        emit(run);
        emit({ type: "done", requestId: message.requestId });
        return;
      case "ask-insertions":
        emit({ type: "targets", requestId: message.requestId, verdicts: insertions(graph, message.kind) });
        return;
      case "ask-targets":
        emit({ type: "targets", requestId: message.requestId, verdicts: targets(graph, message.source.node) });
        return;
      case "run-command":
        apply(message.requestId, message.command);
        return;
      case "inspect":
        emit({
          type: "inspected",
          requestId: message.requestId,
          node: message.node,
          facts: { "dead units": "2 of 64 (3 %)", "last gradient": "0.0123", "time per step": "0.41 ms" },
          parameters: [
            {
              name: "weight",
              shape: [64, 1024],
              dtype: "float32",
              count: 65536,
              mean: -0.00012,
              std: 0.0181,
              norm: 4.63,
              gradientNorm: 0.0123,
              updateRatio: 0.0011,
              trainable: true,
            },
            {
              name: "bias",
              shape: [64],
              dtype: "float32",
              count: 64,
              mean: 0.0021,
              std: 0.02,
              norm: 0.16,
              gradientNorm: 0.004,
              updateRatio: null,
              trainable: true,
            },
          ],
        });
        return;
      case "ask-source":
        emit({
          type: "source-text",
          requestId: message.requestId,
          text: "class Model(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.conv1 = nn.Conv2d(1, 16, 3, padding=1)\n",
        });
        return;
      case "undo":
      case "redo":
        graph = { ...GRAPH, revision: graph.revision + 1 };
        emit(graph);
        emit({ type: "done", requestId: message.requestId });
        return;
      case "ask-code":
        refuse(message.requestId, "No plots on this page", "they come from the kernel");
        return;
      default:
    }
  };

  return {
    sent,
    send: (content) => answer(content as FromBrowser),
    on: (event, listener) => event === "msg:custom" && listeners.add(listener as unknown as Listener),
    off: (_, listener) => listeners.delete(listener as unknown as Listener),
  };
}

function frameArguments({ frame, buffer }: { frame: Frame; buffer: DataView }): [Frame, DataView[]] {
  return [frame, [buffer]];
}

function insertions(graph: GraphView, kind: string): Verdict[] {
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

function targets(graph: GraphView, from: string): Verdict[] {
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

function edited(graph: GraphView, command: Command): GraphView | null {
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

function makeFrame(number: number, run: RunView, graph: GraphView): { frame: Frame; buffer: DataView } {
  const count = 200;
  const steps = Float64Array.from({ length: count }, (_, index) => index * 4);
  const values = Float64Array.from(steps, (step) => 2.3 * Math.exp(-step / 250) + 0.2 + 0.05 * Math.sin(step));
  const depth = Float64Array.from(graph.nodes, (_, index) => -1 - 0.3 * index);
  const series = {
    "loss.step": steps,
    "loss.value": values,
    "loss.smooth": values,
    "gradient.norm": depth,
    "activation.mean": depth,
    "activation.std": depth,
    "update.ratio": depth,
  };
  const arrays: Record<string, ArrayView> = {};
  const bytes = new Float64Array(3 * count + 4 * depth.length);
  let at = 0;
  for (const [name, data] of Object.entries(series)) {
    arrays[name] = { dtype: "float64", shape: [data.length], offset: at * 8 };
    bytes.set(data, at);
    at += data.length;
  }
  const stats = graph.nodes.map((node, index) => ({
    uid: node.uid,
    gradientNorm: node.parameters ? 10 ** (-1 - 0.3 * index) : null,
    activationMean: 0.1,
    activationStd: 0.93,
    updateRatio: 0.001,
    dead: node.kind === "ReLU" ? 0.62 : null,
  }));
  const frame: Frame = {
    type: "frame",
    number,
    run,
    arrays,
    layers: graph.nodes.map((node) => node.uid),
    names: graph.nodes.map((node) => node.name),
    flags: [{ number: 1, step: 210, label: "conv1" }],
    stats,
    selected: null,
  };
  return { frame, buffer: new DataView(bytes.buffer) };
}
