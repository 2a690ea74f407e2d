/** A made-up digits network for visual work: what the kernel would send. */
import type { EdgeView, FieldView, GraphView, GroupView, KindView, NodeView, PortView } from "../src/protocol/messages";

const field = (name: string, type: FieldView["type"], rest: Partial<FieldView> = {}): FieldView => ({
  name,
  type,
  default: null,
  minimum: null,
  maximum: null,
  choices: [],
  optional: false,
  help: `The layer's ${name}`,
  ...rest,
});

const FIELDS: Readonly<Record<string, readonly FieldView[]>> = {
  Linear: [field("out_features", "int", { minimum: 1 }), field("bias", "bool", { default: true })],
  Conv2d: [
    field("out_channels", "int", { minimum: 1 }),
    field("kernel_size", "int", { minimum: 1, default: 3 }),
    field("stride", "int", { minimum: 1, default: 1 }),
    field("padding", "int", { default: 0 }),
    field("padding_mode", "choice", { choices: ["zeros", "reflect"], default: "zeros" }),
  ],
  Dropout: [field("p", "float", { minimum: 0, maximum: 1, default: 0.5 })],
  MaxPool2d: [field("kernel_size", "int", { default: 2 }), field("stride", "int", { optional: true })],
};

const FAMILIES: Readonly<Record<string, string>> = {
  ends: "Input Output",
  linear: "Linear",
  convolution: "Conv2d",
  normalisation: "BatchNorm1d BatchNorm2d LayerNorm GroupNorm",
  activation: "ReLU LeakyReLU GELU SiLU Tanh Sigmoid Softmax",
  regularisation: "Dropout",
  pooling: "MaxPool2d AvgPool2d AdaptiveAvgPool2d",
  shape: "Flatten Identity",
  merge: "Add Concat",
  attention: "MultiheadAttention",
  recurrent: "LSTM",
  embedding: "Embedding",
};

export const CATALOGUE: readonly KindView[] = Object.entries(FAMILIES).flatMap(([family, kinds]) =>
  kinds.split(" ").map((kind) => ({
    kind,
    family,
    help: `A layer of the family ${family}.`,
    inputs: kind === "Input" ? [] : kind === "Add" || kind === "Concat" ? ["a", "b"] : ["x"],
    outputs: kind === "Output" ? [] : ["y"],
    fields: FIELDS[kind] ?? [],
    source: `nn.${kind}()`,
  })),
);

type Shape = PortView["shape"];
const port = (name: string, shape: Shape, problem = ""): PortView => ({ name, shape, dtype: "float32", problem });

interface Sketch {
  readonly uid: string;
  readonly kind: string;
  readonly summary?: string;
  readonly settings?: NodeView["settings"];
  readonly parameters?: number;
  readonly out: Shape;
  readonly x: number;
  readonly y?: number;
  readonly rest?: Partial<NodeView>;
}

const PITCH = 190;
const MIDDLE = 120;

export function makeNode({
  uid,
  kind,
  summary = "",
  settings = {},
  parameters = 0,
  out,
  x,
  y = 0,
  rest,
}: Sketch): NodeView {
  const view = CATALOGUE.find((candidate) => candidate.kind === kind);
  return {
    uid,
    kind,
    name: uid,
    summary,
    settings,
    parameters,
    inputs: (view?.inputs ?? ["x"]).map((name) => port(name, out)),
    outputs: (view?.outputs ?? ["y"]).map((name) => port(name, out)),
    x: 20 + x * PITCH,
    y: MIDDLE + y,
    width: 128,
    height: 64,
    rate: 1,
    frozen: false,
    bypassed: false,
    closed: false,
    group: null,
    problem: "",
    ...rest,
  };
}

export function makeEdge(source: string, target: string, port = "x"): EdgeView {
  const ends = { source: { node: source, port: "y" }, target: { node: target, port } };
  return { id: `${source}.y->${target}.${port}`, ...ends, label: "N × 64", feedback: false, route: [] };
}

const NODES: readonly NodeView[] = [
  makeNode({ uid: "input", kind: "Input", summary: "1×8×8", out: ["N", 1, 8, 8], x: 0 }),
  makeNode({
    uid: "conv1",
    kind: "Conv2d",
    summary: "1 → 16, 3×3",
    settings: { out_channels: 16, kernel_size: 3 },
    parameters: 160,
    out: ["N", 16, 8, 8],
    x: 1,
  }),
  makeNode({ uid: "relu1", kind: "ReLU", out: ["N", 16, 8, 8], x: 2, rest: { group: "g1" } }),
  makeNode({
    uid: "conv2",
    kind: "Conv2d",
    summary: "16 → 16, 3×3",
    parameters: 2320,
    out: ["N", 16, 8, 8],
    x: 3,
    rest: { group: "g1", frozen: true },
  }),
  makeNode({ uid: "add", kind: "Add", out: ["N", 16, 8, 8], x: 4, y: 20, rest: { group: "g1", height: 72 } }),
  makeNode({ uid: "flatten", kind: "Flatten", out: ["N", 1024], x: 5 }),
  makeNode({
    uid: "fc1",
    kind: "Linear",
    summary: "1024 → 64",
    settings: { out_features: 64, bias: true },
    parameters: 65_600,
    out: ["N", 64],
    x: 6,
  }),
  makeNode({
    uid: "drop",
    kind: "Dropout",
    summary: "p=0.2",
    settings: { p: 0.2 },
    out: ["N", 64],
    x: 7,
    rest: { bypassed: true },
  }),
  makeNode({
    uid: "head",
    kind: "Linear",
    summary: "64 → 10",
    settings: { out_features: 10, bias: true },
    parameters: 650,
    out: ["N", 10],
    x: 8,
  }),
  makeNode({ uid: "output", kind: "Output", out: ["N", 10], x: 9 }),
];

const GROUPS: readonly GroupView[] = [
  {
    uid: "g1",
    name: "block1",
    parent: null,
    folded: false,
    x: 20 + 2 * PITCH - 18,
    y: 60,
    width: 2 * PITCH + 128 + 36,
    height: 190,
    layers: 3,
    parameters: 2320,
    note: "",
  },
];

export const GRAPH: GraphView = {
  type: "graph-view",
  revision: 3,
  nodes: NODES,
  edges: [
    makeEdge("input", "conv1"),
    makeEdge("conv1", "relu1"),
    makeEdge("relu1", "conv2"),
    makeEdge("conv2", "add", "a"),
    {
      ...makeEdge("relu1", "add", "b"),
      route: [
        [528, 152],
        [580, 216],
        [740, 216],
        [780, 188],
      ],
    },
    makeEdge("add", "flatten"),
    makeEdge("flatten", "fc1"),
    makeEdge("fc1", "drop"),
    makeEdge("drop", "head"),
    makeEdge("head", "output"),
  ],
  groups: GROUPS,
  width: 2000,
  height: 320,
  parameters: 68_730,
  undoLabel: "insert Dropout on fc1 → head",
  redoLabel: null,
  pending: 0,
  ghosts: [],
  ghostLines: [],
};
