/** Stands in for the notebook's widget model: answers requests from a script, trains on made-up numbers. */
import type { WidgetModel } from "../src/protocol/bridge";
import type {
  Command,
  Frame,
  FromBrowser,
  FromKernel,
  GraphView,
  LogEntry,
  RunView,
  TimelineView,
} from "../src/protocol/messages";
import { makeFrame } from "./madeUpFrame";
import { CATALOGUE, GRAPH } from "./scene";
import { edited, insertions, targets } from "./scriptedEdits";
import { SETUP } from "./setup";

type Listener = (content: FromKernel, buffers: DataView[]) => void;

const OF_AN_EDIT = { kind: "edit", branch: "main", effect: "", rewindable: false } as const;
const TIMELINE: TimelineView = {
  type: "timeline-view",
  marks: [{ name: "before widening", step: 600, branch: "main", own: false, loss: 0.31 }],
  branches: [{ name: "main", number: 0, step: 640, loss: 0.27, current: true, parent: null, begin: null }],
  shadowSteps: 0,
};

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
      ...OF_AN_EDIT,
    },
    {
      number: 2,
      step: 640,
      author: "studio",
      title: "Insert Dropout on fc1 → head",
      python: 'pg.edit.insert("fc1 -> head", nn.Dropout(0.2))',
      status: "applied",
      receipt: "kept 8 tensors (bitwise); function preserved: max |Δoutput| 0",
      ...OF_AN_EDIT,
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
    rate: 0.001,
    eagerBecause: "",
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
      ...OF_AN_EDIT,
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
          timeline: TIMELINE,
          setup: SETUP,
          templates: [],
          quantities: [],
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
