/** What the browser knows: a copy of the kernel's state, and what is only of this view. Plain data. */
import type { OverlayForm } from "../model/overlay";
import type { NamedArrays } from "../protocol/arrays";
import type {
  Compared,
  FindingView,
  Flag,
  GraphView,
  Inspected,
  KindView,
  LayerStat,
  LogEntry,
  Looked,
  OfferView,
  PortRef,
  QuantityView,
  RunView,
  SectionView,
  TemplateView,
  TimelineView,
  Verdict,
} from "../protocol/messages";
import { type ComputeState, INITIAL_COMPUTE } from "./compute";

/** The newest frame of the state lane, its arrays read. */
export interface FrameState {
  readonly number: number;
  readonly arrays: NamedArrays;
  /** Uids of the layers, by depth: the axis of the arrays "by depth". */
  readonly layers: readonly string[];
  readonly names: readonly string[];
  readonly flags: readonly Flag[];
  readonly stats: readonly LayerStat[];
  readonly selected: string | null;
  /** Name of the quantity of the arrays `overlay.*`. */
  readonly shown: string;
  /** How often the training is looked at, and what that costs, in words. */
  readonly plan: string;
}

/** The number on the boxes, by name (empty: none), and how it is shown. */
export interface ChosenOverlay {
  readonly quantity: string;
  readonly form: OverlayForm;
}

export interface Cursor {
  readonly step: number;
  /** Id of the plot with the pointer. */
  readonly from: string;
}

export interface Selection {
  readonly nodes: readonly string[];
  /** Id of the selected edge; then no node is selected. */
  readonly edge: string | null;
}

/** A layer (from the palette) or an edge (from a port) looks for its place. */
export interface Drag {
  readonly id: number;
  readonly moving: MovingLayer | MovingEdge;
  /** `keys`: arrows walk the targets; `tap`: the next click places. */
  readonly by: "pointer" | "keys" | "tap";
  /** By port key; null until the kernel has answered. */
  readonly verdicts: ReadonlyMap<string, Verdict> | null;
  /** Port key of the target under the pointer or chosen by arrows. */
  readonly over: string | null;
}

export interface MovingLayer {
  readonly type: "layer";
  readonly kind: string;
  readonly settings?: Readonly<Record<string, unknown>>;
}

export interface MovingEdge {
  readonly type: "edge";
  readonly source: PortRef;
  /** Dragged backwards, from an input. */
  readonly reverse: boolean;
}

export interface Notice {
  readonly id: number;
  readonly tone: "done" | "refused";
  readonly title: string;
  readonly detail: string;
  readonly ports: readonly PortRef[];
}

/** A search over what the kernel offers at a place. */
export interface Picker {
  readonly id: number;
  readonly title: string;
  /** In pixels from the corner of the canvas; null: in its middle. */
  readonly at: { readonly x: number; readonly y: number } | null;
  /** Null until the kernel has answered. */
  readonly offers: readonly OfferView[] | null;
}

export type Panel = "palette" | "inspector" | "log" | "history" | "findings" | "scopes";

export interface Layout {
  /** Panels shown beside the canvas when there is room. */
  readonly open: Readonly<Record<Panel, boolean>>;
  /** The inspector comes and goes with the selection. */
  readonly following: boolean;
  /** The one thing shown when there is not. */
  readonly tab: Panel | "canvas";
  readonly narrow: boolean;
  readonly keyboardMap: boolean;
  /** The search over the canvas. */
  readonly finding: boolean;
  /** Boxes have the colour of the group they lie in. */
  readonly groupColours: boolean;
}

/** Source code shown in a dialog. */
export interface ShownSource {
  readonly form: "module" | "script";
  readonly text: string;
}

export interface State {
  readonly connection: "opening" | "open" | "lost";
  readonly title: string;
  readonly catalogue: readonly KindView[];
  /** Several layers at once, for the palette. */
  readonly templates: readonly TemplateView[];
  /** Content hash of each bundle that the kernel can send, by name. */
  readonly code: Readonly<Record<string, string>>;
  readonly graph: GraphView;
  readonly run: RunView;
  readonly log: readonly LogEntry[];
  readonly timeline: TimelineView;
  /** How the network is trained. */
  readonly setup: readonly SectionView[];
  /** What is wrong with the training, the gravest first. */
  readonly findings: readonly FindingView[];
  /** Rules whose finding was put away in this view. */
  readonly putAway: ReadonlySet<string>;
  /** Rules whose finding was announced: once is enough. */
  readonly announced: ReadonlySet<string>;
  /** What can be shown on the boxes. */
  readonly quantities: readonly QuantityView[];
  readonly overlay: ChosenOverlay;
  /** The step under the pointer in one of the plots. */
  readonly cursor: Cursor | null;
  readonly looked: Looked | null;
  readonly frame: FrameState | null;
  readonly selection: Selection;
  readonly drag: Drag | null;
  readonly picker: Picker | null;
  /** Only what feeds this layer is shown; null: everything. */
  readonly feeding: string | null;
  /** Requests sent and not yet answered. */
  readonly unanswered: number;
  readonly notices: readonly Notice[];
  /** The newest sentence for screen readers; `turn` grows so that the same words are spoken again. */
  readonly announcement: { readonly text: string; readonly turn: number };
  readonly inspected: Inspected | null;
  readonly source: ShownSource | null;
  /** Two networks side by side, shown in a dialog. */
  readonly compared: Compared | null;
  readonly layout: Layout;
  readonly compute: ComputeState;
}

const EMPTY_GRAPH: GraphView = {
  type: "graph-view",
  revision: 0,
  nodes: [],
  edges: [],
  groups: [],
  width: 0,
  height: 0,
  parameters: 0,
  undoLabel: null,
  redoLabel: null,
  pending: 0,
  ghosts: [],
  ghostLines: [],
};

const RESTING_RUN: RunView = {
  type: "run-view",
  state: "idle",
  step: 0,
  total: null,
  epoch: 0,
  stepsPerSecond: 0,
  loss: null,
  lane: "",
  rate: null,
  problem: "",
  problemNode: null,
  eagerBecause: "",
};

export const INITIAL_STATE: State = {
  connection: "opening",
  title: "",
  catalogue: [],
  templates: [],
  code: {},
  graph: EMPTY_GRAPH,
  run: RESTING_RUN,
  log: [],
  timeline: { type: "timeline-view", marks: [], branches: [], shadowSteps: 0 },
  setup: [],
  findings: [],
  putAway: new Set(),
  announced: new Set(),
  quantities: [],
  overlay: { quantity: "", form: "colour" },
  cursor: null,
  looked: null,
  frame: null,
  selection: { nodes: [], edge: null },
  drag: null,
  picker: null,
  feeding: null,
  unanswered: 0,
  notices: [],
  announcement: { text: "", turn: 0 },
  inspected: null,
  source: null,
  compared: null,
  layout: {
    open: { palette: true, inspector: false, log: false, history: false, findings: false, scopes: true },
    following: true,
    tab: "canvas",
    narrow: false,
    keyboardMap: false,
    finding: false,
    groupColours: false,
  },
  compute: INITIAL_COMPUTE,
};
