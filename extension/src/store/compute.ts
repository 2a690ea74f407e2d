/** What the browser knows of the computation: a copy of what the kernel shows, and what is only of this view. */
import type { NamedArrays } from "../protocol/arrays";
import type { Checked, ComputeGraph, ComputeTimes, FoundOps, OpInspected, Travelled } from "../protocol/messages";

export interface ComputeState {
  /** The computation stands where the layers are otherwise. */
  readonly shown: boolean;
  /** A widget of its own: there are no layers to go back to. */
  readonly alone: boolean;
  readonly graph: ComputeGraph;
  /** Where it stands: changes with every step, while the graph mostly stays. */
  readonly stand: Stand;
  /** Seconds by place of a box in `graph.boxes`; null where they are not known. */
  readonly times: ArrayLike<number> | null;
  readonly backward: boolean;
  /** Id of a box or an open group. */
  readonly selected: string | null;
  readonly inspected: OpInspected | null;
  /** Boxes that the line under the cursor ran. */
  readonly lit: ReadonlySet<string>;
  readonly finding: boolean;
  readonly found: FoundOps | null;
  /** `waiting`: for a step to be kept with its values. */
  readonly walk: "off" | "waiting" | "on";
  readonly travelled: Travelled | null;
  readonly checked: Checked | null;
}

export interface Stand {
  readonly step: number;
  /** Steps that can be shown, oldest first. */
  readonly steps: readonly number[];
  /** The step that was kept with its values. */
  readonly walk: number | null;
  /** Steps from one look to the next. */
  readonly every: number;
}

export type ComputeAction =
  | { readonly type: "compute-shown"; readonly shown: boolean; readonly alone?: boolean }
  | { readonly type: "compute-arrived"; readonly graph: ComputeGraph }
  | { readonly type: "compute-timed"; readonly times: ComputeTimes; readonly arrays: NamedArrays }
  | { readonly type: "compute-selected"; readonly box: string | null }
  | { readonly type: "compute-inspected"; readonly inspected: OpInspected }
  | { readonly type: "compute-lit"; readonly boxes: readonly string[] }
  | { readonly type: "compute-backward"; readonly on: boolean }
  | { readonly type: "compute-finding"; readonly open: boolean }
  | { readonly type: "compute-found"; readonly found: FoundOps | null }
  | { readonly type: "compute-walk"; readonly walk: ComputeState["walk"] }
  | { readonly type: "compute-travelled"; readonly travelled: Travelled }
  | { readonly type: "compute-checked"; readonly checked: Checked };

export const EMPTY_COMPUTATION: ComputeGraph = {
  type: "compute-graph",
  number: 0,
  mode: "step",
  step: -1,
  live: true,
  against: null,
  steps: [],
  looks: 0,
  ops: 0,
  flops: 0,
  kept: 0,
  boxes: [],
  edges: [],
  frames: [],
  refused: [],
  width: 0,
  height: 0,
  walk: null,
};

export const INITIAL_COMPUTE: ComputeState = {
  shown: false,
  alone: false,
  graph: EMPTY_COMPUTATION,
  stand: { step: -1, steps: [], walk: null, every: 1 },
  times: null,
  backward: false,
  selected: null,
  inspected: null,
  lit: new Set(),
  finding: false,
  found: null,
  walk: "off",
  travelled: null,
  checked: null,
};

export function reduceCompute(state: ComputeState, action: ComputeAction): ComputeState {
  switch (action.type) {
    case "compute-shown":
      return { ...state, shown: action.shown, alone: action.alone ?? state.alone };
    case "compute-arrived":
      return arrived(state, action.graph);
    case "compute-timed":
      return timed(state, action.times, action.arrays);
    case "compute-selected":
      return { ...state, selected: action.box, inspected: null, checked: null };
    case "compute-inspected":
      return state.selected === action.inspected.box ? { ...state, inspected: action.inspected } : state;
    case "compute-lit":
      return { ...state, lit: new Set(action.boxes) };
    case "compute-backward":
      return { ...state, backward: action.on };
    case "compute-finding":
      return { ...state, finding: action.open, found: null };
    case "compute-found":
      return { ...state, found: action.found };
    case "compute-walk":
      return { ...state, walk: action.walk, travelled: action.walk === "on" ? state.travelled : null };
    case "compute-travelled":
      return { ...state, walk: "on", travelled: action.travelled };
    case "compute-checked":
      return { ...state, checked: action.checked };
  }
}

/** The newest wins; a box that is not drawn any more is not selected any more. */
function arrived(state: ComputeState, graph: ComputeGraph): ComputeState {
  if (graph.number < state.graph.number) return state;
  const holds = (id: string) => graph.boxes.some((box) => box.id === id) || graph.frames.some((one) => one.id === id);
  const selected = state.selected !== null && holds(state.selected) ? state.selected : null;
  const { step, steps, walk } = graph;
  const inspected = selected === null ? null : state.inspected;
  const { every } = state.stand;
  return { ...state, graph, stand: { step, steps, walk, every }, times: null, selected, inspected };
}

function timed(state: ComputeState, times: ComputeTimes, arrays: NamedArrays): ComputeState {
  const { step, looks, walk, backward, every = 1 } = times;
  const { steps } = state.stand;
  const known = steps.includes(step) ? steps : [...steps, step].slice(-looks);
  return { ...state, backward, times: arrays.seconds?.data ?? null, stand: { step, steps: known, walk, every } };
}

export function isComputeAction(action: { readonly type: string }): action is ComputeAction {
  return action.type.startsWith("compute-");
}
