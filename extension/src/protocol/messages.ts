// GENERATED from package/patchgrad/protocol/messages.py by `python -m patchgrad.protocol.emit`. Do not edit.

export const VERSION = 1;
export const MAX_REQUEST_BYTES = 262144;

export interface PortView {
  readonly name: string;
  /** Sizes by axis; the batch axis is the text `N`. None if not known. */
  readonly shape: readonly (number | string)[] | null;
  readonly dtype: string;
  readonly problem: string;
}

export interface NodeView {
  readonly uid: string;
  readonly kind: string;
  readonly name: string;
  /** Settings in a few characters, `128 → 64`. */
  readonly summary: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly parameters: number;
  readonly inputs: readonly PortView[];
  readonly outputs: readonly PortView[];
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Factor on the learning rate. */
  readonly rate: number;
  readonly frozen: boolean;
  readonly bypassed: boolean;
  /** A module of the user's own whose inside is not drawn. */
  readonly closed: boolean;
  readonly group: string | null;
  readonly problem: string;
}

/** A named port of a node: `PortRef("n3", "x")`. `node` is the node's uid. */
export interface PortRef {
  readonly node: string;
  readonly port: string;
}

export interface EdgeView {
  readonly id: string;
  readonly source: PortRef;
  readonly target: PortRef;
  /** The shape that travels: `N × 64`. */
  readonly label: string;
  /**
   * Points from port to port around the boxes. Between two points with different x and different y runs
   * a curve that is level at both ends, else a straight line. Empty: the view draws its own curve.
   */
  readonly route: readonly (readonly [number, number])[];
}

export interface GroupView {
  readonly uid: string;
  readonly name: string;
  readonly parent: string | null;
  readonly folded: boolean;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly layers: number;
  readonly parameters: number;
  readonly note: string;
}

/** A layer that the last edit removed, where it is still faintly seen. */
export interface GhostView {
  readonly name: string;
  readonly kind: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A way that data went before the last edit, from port to port. */
export interface GhostLine {
  readonly start: readonly [number, number];
  readonly end: readonly [number, number];
}

/** State: the layer graph as drawn. `revision` grows with every applied edit, undo and redo. */
export interface GraphView {
  readonly type: "graph-view";
  readonly revision: number;
  readonly nodes: readonly NodeView[];
  readonly edges: readonly EdgeView[];
  readonly groups: readonly GroupView[];
  readonly width: number;
  readonly height: number;
  readonly parameters: number;
  readonly undoLabel: string | null;
  readonly redoLabel: string | null;
  /** Edits that wait for the next boundary. */
  readonly pending: number;
  readonly ghosts: readonly GhostView[];
  /** What the last edit removed; gone with the next one. */
  readonly ghostLines: readonly GhostLine[];
}

/** State: the session as the transport bar shows it. */
export interface RunView {
  readonly type: "run-view";
  readonly state: "idle" | "running" | "pausing" | "paused" | "stepping" | "applying" | "fault" | "finished";
  readonly step: number;
  readonly total: number | null;
  readonly epoch: number;
  readonly stepsPerSecond: number;
  readonly loss: number | null;
  /** Which way messages reach the kernel while a cell runs, in words. */
  readonly lane: string;
  /** The learning rate of the next step, of the first group. */
  readonly rate: number | null;
  readonly problem: string;
  readonly problemNode: string | null;
  /** Why the last step was computed as the layers are written; empty if it was replayed. */
  readonly eagerBecause: string;
}

export interface LogEntry {
  readonly number: number;
  readonly step: number;
  readonly author: "studio" | "code";
  readonly title: string;
  /** The Python twin of the gesture. */
  readonly python: string;
  readonly status: "queued" | "applied" | "refused";
  readonly receipt: string;
  /** `move`: a rewind, or a switch to another branch. */
  readonly kind: "edit" | "move";
  readonly branch: string;
  /** What became of the loss after it, in words. */
  readonly effect: string;
  /** Is there a mark in front of it? */
  readonly rewindable: boolean;
}

/** State: the newest entries of the edit log, oldest first. */
export interface LogView {
  readonly type: "log-view";
  readonly entries: readonly LogEntry[];
}

/** Add a layer of a kind; settings that are not given have the kind's defaults. */
export interface AddNode {
  readonly type: "add-node";
  readonly kind: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly name: string | null;
  readonly position: readonly [number, number] | null;
  readonly group: string | null;
}

/** Remove layers. What fed the first connected input of each then feeds what it fed, where shapes allow. */
export interface RemoveNodes {
  readonly type: "remove-nodes";
  readonly nodes: readonly string[];
}

/**
 * Change the kind of a layer; one that shares its layer gets one of its own.
 *
 * Uid, place, edges at ports of the same name (else the same rank), and settings of the
 * same name stay; a name made from the old kind (`relu1`) is made anew from the new one.
 */
export interface ReplaceNode {
  readonly type: "replace-node";
  readonly node: string;
  readonly kind: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Lead an output port into an input port, displacing the edge that was there. */
export interface Connect {
  readonly type: "connect";
  readonly source: PortRef;
  readonly target: PortRef;
}

/** Remove the edge that leads into an input port. */
export interface Disconnect {
  readonly type: "disconnect";
  readonly target: PortRef;
}

/**
 * Put a layer onto the edge that leads into `target`. Settings that follow from the shape on the edge are
 * filled in; others not given are chosen so that the shape stays, where the kind can.
 */
export interface InsertOnEdge {
  readonly type: "insert-on-edge";
  readonly target: PortRef;
  readonly kind: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly name: string | null;
}

/** A bypassed layer gives its first input as its first output; it keeps its weights. */
export interface Bypass {
  readonly type: "bypass";
  readonly node: string;
  readonly bypassed: boolean;
}

/** Set one field. What must follow from the new shape (`in_features` of the next layer) follows. */
export interface SetField {
  readonly type: "set-field";
  readonly node: string;
  readonly field: string;
  readonly value: unknown;
}

/** Rename a layer: the attribute in the built module, the key in `state_dict`, the name in the source. */
export interface Rename {
  readonly type: "rename";
  readonly node: string;
  readonly name: string;
}

/** A frozen layer computes as before; its parameters get no gradient and stay as they are. */
export interface Freeze {
  readonly type: "freeze";
  readonly node: string;
  readonly frozen: boolean;
}

/** Pin a box to a position, in pixels of the canvas; None lets the layout place it again. */
export interface Move {
  readonly type: "move";
  readonly node: string;
  readonly position: readonly [number, number] | null;
}

/** Make a group of layers that lie in the same group now. */
export interface GroupNodes {
  readonly type: "group-nodes";
  readonly nodes: readonly string[];
  readonly name: string;
}

/** Take a group away; what lies in it moves to the group around it. */
export interface Ungroup {
  readonly type: "ungroup";
  readonly group: string;
}

/** Draw a group as one box, or open it again. */
export interface Fold {
  readonly type: "fold";
  readonly group: string;
  readonly folded: boolean;
}

/** Say something of a group; an empty text takes it away. */
export interface Note {
  readonly type: "note";
  readonly group: string;
  readonly text: string;
}

/** Copy layers with fresh weights. Edges among them are copied; edges into them feed the copies too. */
export interface Duplicate {
  readonly type: "duplicate";
  readonly nodes: readonly string[];
}

/** Call the layer of `owner` at `node` too: one set of weights, learned from both places. */
export interface Share {
  readonly type: "share";
  readonly node: string;
  readonly owner: string;
}

/** Give a node that calls the layer of another one of its own, with the same weights at first. */
export interface Unshare {
  readonly type: "unshare";
  readonly node: string;
}

/** Let a layer learn with `factor` times the rate of the optimizer; 1: with that rate itself. */
export interface SetRate {
  readonly type: "set-rate";
  readonly node: string;
  readonly factor: number;
}

/**
 * Set the number of units of a layer, and of those whose units are added to them or pass through it: the other
 * side of a residual Add, norms, heads of attention, groups of filters. Layers that only read the units follow.
 *
 * A narrower layer keeps those of its units that weigh most (`keep="norm"`: the Euclidean norm of the weights that
 * make them, over all layers that share them), or the first ones.
 */
export interface SetWidth {
  readonly type: "set-width";
  readonly node: string;
  readonly width: number;
  readonly keep: "norm" | "first";
}

/** Take some units out of a layer, and out of all layers whose units are added to them. */
export interface PruneUnits {
  readonly type: "prune-units";
  readonly node: string;
  readonly units: readonly number[];
}

/** Let two layers change places, with their weights; also where one feeds the other: a norm before an activation. */
export interface Swap {
  readonly type: "swap";
  readonly node: string;
  readonly other: string;
}

/** A layer of a new path: kind and settings; those not given follow from the shape that comes. */
export interface BranchLayer {
  readonly kind: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/**
 * Put a path beside the selected layers: what feeds them goes through `layers` too (none: as it is), and both
 * come together in an Add or a Concat. A path whose last layer has weights adds 0 at first, so that nothing changes.
 */
export interface AddBranch {
  readonly type: "add-branch";
  readonly nodes: readonly string[];
  readonly layers: readonly BranchLayer[];
  readonly merge: "Add" | "Concat";
}

/**
 * Let a piece stand `times` times in a row; the copies have weights of their own.
 *
 * Linear layers and convolutions among them that keep the shape give back their input at first. Copies of all that
 * a group holds are groups too, so that `LayerGraph.to_source` writes them as a loop.
 */
export interface Repeat {
  readonly type: "repeat";
  readonly nodes: readonly string[];
  readonly times: number;
}

/**
 * Draw the weights of a layer anew, and forget their optimizer slots; undo brings both back.
 *
 * Running statistics go on: they are of the data. A Delay forgets what came in, and begins with its first value.
 */
export interface Reinitialise {
  readonly type: "reinitialise";
  readonly node: string;
}

/** Move a layer, with its weights, onto the edge that leads into `target`; the gap that it leaves is closed. */
export interface Reorder {
  readonly type: "reorder";
  readonly node: string;
  readonly target: PortRef;
}

/**
 * Take some layers of a group out into a group of their own, beside it. Without a name it gets that of the old one
 * with a number.
 */
export interface SplitGroup {
  readonly type: "split-group";
  readonly nodes: readonly string[];
  readonly name: string | null;
}

/**
 * Put all that lies in some groups into the first of them; they must lie in the same group, or in none. Notes are
 * kept, one below the other.
 */
export interface MergeGroups {
  readonly type: "merge-groups";
  readonly groups: readonly string[];
  readonly name: string | null;
}

/** Train with another optimizer; or, without `kind`, with other settings of the one there is, in one group. */
export interface SetOptimizer {
  readonly type: "set-optimizer";
  readonly kind: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly group: number | null;
}

/** Train for another loss of `patchgrad.nn`. */
export interface SetLoss {
  readonly type: "set-loss";
  readonly kind: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Draw the batches in another way: None leaves a setting as it is. */
export interface SetData {
  readonly type: "set-data";
  readonly batchSize: number | null;
  readonly shuffle: boolean | null;
  readonly seed: number | null;
  readonly dropLast: boolean | null;
}

/** Let a schedule move the rates from now on; None: they stay where they are. */
export interface SetSchedule {
  readonly type: "set-schedule";
  readonly kind: string | null;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly every: string | null;
}

/**
 * Edits in order, each on what the one before it left; `words` say in short what they are for.
 *
 * Those of the training are made with those of the layers: the loss is tried once all is changed.
 */
export interface Several {
  readonly type: "several";
  readonly commands: readonly (AddNode | RemoveNodes | ReplaceNode | Connect | Disconnect | InsertOnEdge | Bypass | SetField | Rename | Freeze | Move | GroupNodes | Ungroup | Fold | Note | Duplicate | Share | Unshare | SetRate | SetWidth | PruneUnits | Swap | AddBranch | Repeat | Reinitialise | Reorder | SplitGroup | MergeGroups | SetOptimizer | SetLoss | SetData | SetSchedule)[];
  readonly words: string;
}

/** Let the optimizer train the parameters of these layers, too: those that it does not hold yet. */
export interface HoldParameters {
  readonly type: "hold-parameters";
  readonly nodes: readonly string[];
}

/** Go on with the weights that the same layers had before the code of the model was changed. */
export interface TakeWeights {
  readonly type: "take-weights";
}

/** Something is wrong with the training: what, how it is known, where, and an edit that may help. */
export interface FindingView {
  readonly rule: string;
  readonly title: string;
  /** What it means, and what to try, in plain words. */
  readonly explanation: string;
  /** Numbers behind it by name; None if not finite: JSON has no word for it. */
  readonly evidence: Readonly<Record<string, number | null>>;
  /** Uids of the layers to show. */
  readonly nodes: readonly string[];
  readonly source: string;
  /** From where on the rule speaks, in words. */
  readonly threshold: string;
  /** Names of `nodes`. */
  readonly layers: readonly string[];
  readonly cure: AddNode | RemoveNodes | ReplaceNode | Connect | Disconnect | InsertOnEdge | Bypass | SetField | Rename | Freeze | Move | GroupNodes | Ungroup | Fold | Note | Duplicate | Share | Unshare | SetRate | SetWidth | PruneUnits | Swap | AddBranch | Repeat | Reinitialise | Reorder | SplitGroup | MergeGroups | Several | SetOptimizer | HoldParameters | SetLoss | SetData | SetSchedule | TakeWeights | null;
  readonly cureTitle: string;
  readonly curePython: string;
}

/** State: what is wrong with the training after `step` steps, the gravest first; told when it changes. */
export interface FindingsView {
  readonly type: "findings-view";
  readonly step: number;
  readonly findings: readonly FindingView[];
}

/** A place to go back to. `own`: made by the session, in front of an edit. */
export interface MarkView {
  readonly name: string;
  readonly step: number;
  readonly branch: string;
  readonly own: boolean;
  readonly loss: number | null;
}

/** A line of training. `step` and `loss`: where it stands. */
export interface BranchView {
  readonly name: string;
  readonly number: number;
  readonly step: number;
  readonly loss: number | null;
  readonly current: boolean;
  readonly parent: string | null;
  /** Step at which it left its parent. */
  readonly begin: number | null;
}

/** State: marks and branches of the session, oldest first. */
export interface TimelineView {
  readonly type: "timeline-view";
  readonly marks: readonly MarkView[];
  readonly branches: readonly BranchView[];
  /** Steps that the network before an edit is trained along; 0: it is not. */
  readonly shadowSteps: number;
}

/** One editable setting of a layer kind. */
export interface FieldView {
  readonly name: string;
  readonly type: "int" | "float" | "bool" | "choice" | "text";
  readonly default: unknown;
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly choices: readonly string[];
  readonly optional: boolean;
  readonly help: string;
}

/** One part of how a network is trained: a choice among kinds, and fields; `note`: what else is to be known. */
export interface SectionView {
  readonly name: "optimizer" | "loss" | "data" | "schedule";
  readonly kind: string;
  readonly kinds: readonly string[];
  readonly fields: readonly FieldView[];
  readonly values: Readonly<Record<string, unknown>>;
  readonly note: string;
}

/** State: how the network is trained; told when it changes. */
export interface SetupView {
  readonly type: "setup-view";
  readonly sections: readonly SectionView[];
}

/** A layer kind of the catalogue: an entry of the palette. */
export interface KindView {
  readonly kind: string;
  readonly family: string;
  readonly help: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly fields: readonly FieldView[];
  /** As in a cell: `nn.Linear(128, 64)`. */
  readonly source: string;
}

/** Several layers at once: an entry of the palette. `text` is what `PutIn` takes. */
export interface TemplateView {
  readonly name: string;
  readonly help: string;
  readonly text: string;
}

/** State: the palette, told anew when the user has made a layer of their own. */
export interface PaletteView {
  readonly type: "palette-view";
  readonly catalogue: readonly KindView[];
  readonly templates: readonly TemplateView[];
}

/** Where an array lies in the one buffer of its message. `offset` in bytes, a multiple of 8. */
export interface ArrayView {
  readonly dtype: "float32" | "float64" | "uint8" | "int32" | "bfloat16";
  readonly shape: readonly number[];
  readonly offset: number;
}

/** An applied edit, drawn on every plot at its step. */
export interface Flag {
  readonly number: number;
  readonly step: number;
  readonly label: string;
}

/** The newest figures of one layer, for the boxes on the canvas. None where not measured. */
export interface LayerStat {
  readonly uid: string;
  readonly gradientNorm: number | null;
  readonly activationMean: number | null;
  readonly activationStd: number | null;
  readonly updateRatio: number | null;
  readonly dead: number | null;
}

/**
 * State, with one binary buffer: what the scopes plot. The browser answers `FrameSeen`.
 *
 * Arrays by name. `loss.step`, `loss.value`, `loss.smooth` (equal lengths); `shadow.step` and `shadow.value`
 * where the network before the last edit is trained along; by depth, one
 * entry per uid of `layers`: `gradient.norm`, `activation.mean`, `activation.std`,
 * `update.ratio` (log10 where a ratio; NaN where not measured); of the selected layer:
 * `histogram.counts` (steps, bins), `histogram.step` (steps,), `histogram.exponent` (bins,), and if
 * there are any, `histogram.zeros` (steps,) and `histogram.lost` (steps,): infinite or not a number;
 * of the quantity that was chosen with `ShowQuantity`: `overlay.step` and `overlay.value` (layers, points),
 * the points of each layer at the end of its row and -1 and NaN before them; or, of a distribution, `overlay.rows`
 * (layers, bins), shares, and `overlay.exponent` (bins,); of each other branch `branch.<number>.step` and
 * `branch.<number>.value`.
 */
export interface Frame {
  readonly type: "frame";
  readonly number: number;
  readonly run: RunView;
  readonly arrays: Readonly<Record<string, ArrayView>>;
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

/** A number that is measured on layers while they train, and can be shown on them. */
export interface QuantityView {
  readonly name: string;
  readonly question: string;
  readonly healthy: string;
  readonly source: string;
  /** `s`, `B`, `share` of 1, or in words what is counted or divided; empty: a bare number. */
  readonly unit: string;
  /** Of each layer a histogram over the powers of two instead of a number. */
  readonly distribution: boolean;
}

export interface Opened {
  readonly type: "opened";
  readonly requestId: string;
  readonly version: number;
  readonly title: string;
  readonly catalogue: readonly KindView[];
  readonly graph: GraphView;
  readonly run: RunView;
  readonly log: LogView;
  readonly timeline: TimelineView;
  readonly setup: SetupView;
  readonly templates: readonly TemplateView[];
  /** Those that are measured. */
  readonly quantities: readonly QuantityView[];
  /** Content hash of each piece of code that can be asked for, by name. */
  readonly code: Readonly<Record<string, string>>;
}

/** The answer to `AskCode`; the one buffer is an ES module in UTF-8. */
export interface Code {
  readonly type: "code";
  readonly requestId: string;
  readonly name: "studio" | "plots";
  readonly hash: string;
}

export interface Done {
  readonly type: "done";
  readonly requestId: string;
}

/** The edit was applied at a boundary. */
export interface CommandDone {
  readonly type: "command-done";
  readonly requestId: string;
  readonly revision: number;
  readonly step: number;
  readonly receipt: string;
  readonly python: string;
}

/** The request was refused; nothing changed. */
export interface Failed {
  readonly type: "failed";
  readonly requestId: string;
  readonly title: string;
  readonly got: string;
  readonly want: string;
  readonly hint: string;
  readonly where: string;
  readonly ports: readonly PortRef[];
}

/** May this port (or the edge into it) be the target? `fixes` in words, cheapest first. */
export interface Verdict {
  readonly port: PortRef;
  readonly verdict: "valid" | "adapter" | "invalid";
  readonly reason: string;
  readonly fixes: readonly string[];
  /** For an insertion: the settings with which the layer fits here. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface Targets {
  readonly type: "targets";
  readonly requestId: string;
  readonly verdicts: readonly Verdict[];
}

/** A layer that fits, what it gives, what it costs, and the edit that puts it there. */
export interface OfferView {
  readonly kind: string;
  readonly text: string;
  readonly parameters: number;
  readonly command: Command;
  /** For one sample going forward; None if not known. */
  readonly flops: number | null;
}

export interface Offers {
  readonly type: "offers";
  readonly requestId: string;
  readonly offers: readonly OfferView[];
}

export interface ParameterView {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly count: number;
  /** None, here and below, if not finite: JSON has no word for it. */
  readonly mean: number | null;
  readonly std: number | null;
  readonly norm: number | null;
  readonly gradientNorm: number | null;
  readonly updateRatio: number | null;
  readonly trainable: boolean;
}

export interface Inspected {
  readonly type: "inspected";
  readonly requestId: string;
  readonly node: string;
  readonly parameters: readonly ParameterView[];
  /** More in words: label to value. */
  readonly facts: Readonly<Record<string, string>>;
}

export interface SourceText {
  readonly type: "source-text";
  readonly requestId: string;
  readonly text: string;
}

/** A loss over steps, of at most a few hundred points. */
export interface Curve {
  readonly name: string;
  readonly steps: readonly number[];
  readonly values: readonly (number | null)[];
}

export interface Compared {
  readonly type: "compared";
  readonly requestId: string;
  readonly names: readonly [string, string];
  readonly steps: readonly [number, number];
  readonly losses: readonly [number | null, number | null];
  readonly parted: number;
  readonly onlyInOne: readonly string[];
  readonly onlyInOther: readonly string[];
  readonly changed: readonly string[];
  readonly edgesGone: number;
  readonly edgesNew: number;
  /** What became of the loss, in words; empty where that cannot be said. */
  readonly effect: string;
  readonly curves: readonly Curve[];
}

/** An op, a group of ops that is closed, or a leaf: a parameter or data. */
export interface ComputeBox {
  readonly id: string;
  readonly kind: "op" | "call" | "loop" | "turn" | "part" | "leaf";
  readonly title: string;
  /** Settings of an op, `×12, the same weights` of a repeat, shape and dtype of a leaf. */
  readonly detail: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly frame: string | null;
  /** Id of the group that opens with it; empty for an op and a leaf. */
  readonly opens: string;
  /** Place of its first op in the order in which they ran; -1 for a leaf. */
  readonly begin: number;
  readonly ops: number;
  /** Names of the arguments, from top to bottom. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Uid of the layer of the layer graph that it belongs to. */
  readonly layer: string;
  readonly flops: number;
  /** Bytes that live until backward because of it. */
  readonly kept: number;
  /** Of what it puts out; of a leaf, its own. */
  readonly bytes: number;
  /** How many of its ops backward reached. */
  readonly backward: number;
  /** How many calls of modules read this leaf, if more than one. */
  readonly shared: number;
  /** In the union of several steps: `ran 37 of 100 steps, last at 812`. */
  readonly seen: string;
  /** Of the steps in which it ran. */
  readonly share: number;
  /** Against the other step. */
  readonly change: "" | "added" | "removed" | "changed";
  /** What is different, in words. */
  readonly changes: string;
}

/** What one box reads of another. */
export interface ComputeEdge {
  readonly source: string;
  readonly target: string;
  /** Which input of the target; empty where that is a closed group. */
  readonly argument: string;
  /** The shape that travels, or how many values do. */
  readonly label: string;
  /** Dtype, device, bytes in words. */
  readonly detail: string;
  readonly bytes: number;
  /** Did a gradient come back this way? */
  readonly gradient: boolean;
  /** As of an `EdgeView`. */
  readonly route: readonly (readonly [number, number])[];
}

/** A group that is open. Of a repeat: the turn that is shown, from 0, and how many there are. */
export interface ComputeFrame {
  readonly id: string;
  readonly kind: "step" | "call" | "loop" | "turn" | "part";
  readonly title: string;
  readonly label: string;
  readonly parent: string | null;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly layer: string;
  readonly turn: number;
  readonly turns: number;
}

/** State: what is shown of the computation. `number` grows with every one; the browser answers `ComputeSeen`. */
export interface ComputeGraph {
  readonly type: "compute-graph";
  readonly number: number;
  readonly mode: "step" | "union" | "difference";
  /** Number of the step that is shown; -1 before the first was looked at. */
  readonly step: number;
  /** Does it follow the training? */
  readonly live: boolean;
  /** The other step of a difference. */
  readonly against: number | null;
  /** Steps that can be shown, oldest first. */
  readonly steps: readonly number[];
  /** How many steps were looked at. */
  readonly looks: number;
  /** Of the whole step, open or not. */
  readonly ops: number;
  readonly flops: number;
  readonly kept: number;
  readonly boxes: readonly ComputeBox[];
  readonly edges: readonly ComputeEdge[];
  readonly frames: readonly ComputeFrame[];
  /** Groups that there was no room to open. */
  readonly refused: readonly string[];
  readonly width: number;
  readonly height: number;
  /** The step that was kept with its values. */
  readonly walk: number | null;
}

/**
 * State, with one buffer: a step of the same graph was looked at.
 *
 * Arrays by name: `seconds`, one for each box of the newest `ComputeGraph` in its order (NaN for a leaf): of the
 * forward, or of the gradient rules if `backward`; rounded to two bytes each, so that a step stays below 2 KB.
 */
export interface ComputeTimes {
  readonly type: "compute-times";
  readonly number: number;
  readonly step: number;
  readonly looks: number;
  readonly backward: boolean;
  readonly walk: number | null;
  readonly arrays: Readonly<Record<string, ArrayView>>;
  /** Steps from one look to the next: so rarely that looking stays within its share of the time. */
  readonly every: number;
}

/** `box` is the box that the op is drawn in now. */
export interface FoundOp {
  readonly op: string;
  readonly title: string;
  readonly detail: string;
  readonly box: string;
}

/** The first of them, and how many there are. */
export interface FoundOps {
  readonly type: "found-ops";
  readonly requestId: string;
  readonly found: readonly FoundOp[];
  readonly count: number;
}

/** A value: as which argument, from which op, its size. */
export interface TensorView {
  readonly name: string;
  readonly value: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly device: string;
  readonly bytes: number;
  /** Id of the op that made it; empty for a leaf. */
  readonly source: string;
  readonly gradient: boolean;
}

/** An expression of the user's. Lines from 1, columns from 0 in characters; `text`: its whole first line. */
export interface CodePlace {
  /** As it is shown: a file's name, or `In [3]`. */
  readonly file: string;
  readonly line: number;
  readonly endLine: number;
  readonly column: number;
  readonly endColumn: number;
  readonly text: string;
  /** `made`, `read`, `changed in place`, `updated by Adam`: of a parameter. */
  readonly why: string;
}

export interface OpInspected {
  readonly type: "op-inspected";
  readonly requestId: string;
  readonly box: string;
  readonly title: string;
  /** Path of the module. */
  readonly path: string;
  /** Label to value. */
  readonly facts: Readonly<Record<string, string>>;
  readonly inputs: readonly TensorView[];
  readonly outputs: readonly TensorView[];
  /** A sentence for every array that the tape keeps: which, how many bytes, why. */
  readonly saved: readonly string[];
  readonly places: readonly CodePlace[];
  /** LaTeX. */
  readonly formula: string;
  /** Id of the op, if the box is one. */
  readonly op: string;
}

/** An array in short. */
export interface NumbersView {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  /** None, here and below, if not finite: JSON has no word for it. */
  readonly first: readonly (number | null)[];
  readonly low: number | null;
  readonly high: number | null;
  readonly mean: number | null;
}

/** The kept step stands after `op`. */
export interface Travelled {
  readonly type: "travelled";
  readonly requestId: string;
  readonly step: number;
  readonly position: number;
  readonly count: number;
  readonly op: string;
  readonly box: string;
  readonly title: string;
  readonly formula: string;
  /** LaTeX, as the formula: with the numbers of the first element. */
  readonly example: string;
  readonly inputs: readonly NumbersView[];
  readonly outputs: readonly NumbersView[];
  /** What backward brought to the outputs. */
  readonly cotangents: readonly NumbersView[];
  /** What the gradient rules made of it, by argument. */
  readonly gradients: readonly NumbersView[];
}

/** `passed` is None where there is nothing to compare. */
export interface Checked {
  readonly type: "checked";
  readonly requestId: string;
  readonly op: string;
  readonly passed: boolean | null;
  readonly text: string;
}

/** The answer to `AskLook`: `figure` has `data` and `layout` in Plotly's form, `title` asks its question. */
export interface Looked {
  readonly type: "looked";
  readonly requestId: string;
  readonly kind: "feature-maps" | "filters" | "attention" | "embedding" | "saliency" | "worst" | "best" | "confusion";
  readonly node: string;
  readonly title: string;
  readonly figure: Readonly<Record<string, unknown>>;
}

/** A view appeared: send the catalogue and all state. */
export interface Open {
  readonly type: "open";
  readonly requestId: string;
  readonly version: number;
}

/** Ask for one edit. Refused if `revision` is not the kernel's current one. */
export interface RunCommand {
  readonly type: "run-command";
  readonly requestId: string;
  readonly revision: number;
  readonly command: Command;
}

export interface Undo {
  readonly type: "undo";
  readonly requestId: string;
}

export interface Redo {
  readonly type: "redo";
  readonly requestId: string;
}

/** Play, pause, or do `steps` steps and pause. */
export interface Transport {
  readonly type: "transport";
  readonly requestId: string;
  readonly action: "play" | "pause" | "step";
  readonly steps?: number;
}

/** Keep how everything stands; the kernel finds a name where none is given. */
export interface MakeMark {
  readonly type: "make-mark";
  readonly requestId: string;
  readonly name?: string | null;
}

export interface ForgetMark {
  readonly type: "forget-mark";
  readonly requestId: string;
  readonly name: string;
}

/** Go back to a mark by its name, to the front of an edit by its number, or to that of the last edit. */
export interface Rewind {
  readonly type: "rewind";
  readonly requestId: string;
  readonly mark?: string | null;
  readonly edit?: number | null;
  /** Of the branch that begins there. */
  readonly name?: string | null;
}

export interface SwitchBranch {
  readonly type: "switch-branch";
  readonly requestId: string;
  readonly name: string;
}

/** Train the network before each edit along for so many steps; 0: do not. */
export interface SetShadow {
  readonly type: "set-shadow";
  readonly requestId: string;
  readonly steps: number;
}

/** Two branches side by side; without names, how things stand against the front of the last edit. */
export interface AskComparison {
  readonly type: "ask-comparison";
  readonly requestId: string;
  readonly one?: string | null;
  readonly other?: string | null;
}

/** An edge is dragged from `source` (an output, or an input when `reverse`): where may it go? */
export interface AskTargets {
  readonly type: "ask-targets";
  readonly requestId: string;
  readonly revision: number;
  readonly source: PortRef;
  readonly reverse?: boolean;
}

/** A layer of the palette is dragged: which edges would take it? */
export interface AskInsertions {
  readonly type: "ask-insertions";
  readonly requestId: string;
  readonly revision: number;
  readonly kind: string;
}

/** An edge was led into the open: which layers could stand at its end? `position`: where it was let go. */
export interface AskTakers {
  readonly type: "ask-takers";
  readonly requestId: string;
  readonly revision: number;
  readonly source: PortRef;
  readonly reverse?: boolean;
  readonly position?: readonly [number, number] | null;
}

/** An edge was led to a port that does not take it as it is: what could stand in between? */
export interface AskAdapters {
  readonly type: "ask-adapters";
  readonly requestId: string;
  readonly revision: number;
  readonly source: PortRef;
  readonly target: PortRef;
}

/** Which layers could take the place of this one? */
export interface AskSwaps {
  readonly type: "ask-swaps";
  readonly requestId: string;
  readonly revision: number;
  readonly node: string;
}

/** Layers as text for the clipboard; the answer is a `SourceText`. */
export interface AskCopy {
  readonly type: "ask-copy";
  readonly requestId: string;
  readonly revision: number;
  readonly nodes: readonly string[];
}

/**
 * Add layers from the text of a clipboard, or of a template: one edit, judged by the kernel.
 *
 * `target`: an input port, onto whose edge they go; else the first is pinned at `position`.
 */
export interface PutIn {
  readonly type: "put-in";
  readonly requestId: string;
  readonly revision: number;
  readonly text: string;
  readonly words?: string;
  readonly target?: PortRef | null;
  readonly position?: readonly [number, number] | null;
}

/** Numbers of one layer, now. */
export interface Inspect {
  readonly type: "inspect";
  readonly requestId: string;
  readonly node: string;
}

/** A closer look at a layer, or at the examples: one pass at the next boundary. */
export interface AskLook {
  readonly type: "ask-look";
  readonly requestId: string;
  readonly kind: "feature-maps" | "filters" | "attention" | "embedding" | "saliency" | "worst" | "best" | "confusion";
  readonly node: string;
}

/** The model as a Module class, the edits as a script, or what to change in the user's own class as a diff. */
export interface AskSource {
  readonly type: "ask-source";
  readonly requestId: string;
  readonly form: "module" | "script" | "diff";
}

/** The code of the page, asked for once per page and content hash. The bytes come as the one buffer of `Code`. */
export interface AskCode {
  readonly type: "ask-code";
  readonly requestId: string;
  readonly name: "studio" | "plots";
}

/** Which layers are selected: their histogram comes in the frames. */
export interface Select {
  readonly type: "select";
  readonly nodes: readonly string[];
}

/** Which quantity is shown on the boxes: it comes in the frames. Empty: none. */
export interface ShowQuantity {
  readonly type: "show-quantity";
  readonly quantity: string;
}

/** The frame was drawn; the next may come. */
export interface FrameSeen {
  readonly type: "frame-seen";
  readonly number: number;
}

/** A view of the computation appeared: send it, from now on. Or the last one went: send nothing. */
export interface LookAtCompute {
  readonly type: "look-at-compute";
  readonly requestId: string;
  readonly on?: boolean;
}

/** Told without an answer: the graph, or the times, of this number were drawn; the next may come. */
export interface ComputeSeen {
  readonly type: "compute-seen";
  readonly number: number;
}

/** Open a group, or close it and all that is open inside. */
export interface OpenGroup {
  readonly type: "open-group";
  readonly requestId: string;
  readonly group: string;
  readonly open: boolean;
}

/** Of an open repeat, show this turn, from 0. */
export interface ShowTurn {
  readonly type: "show-turn";
  readonly requestId: string;
  readonly loop: string;
  readonly turn: number;
}

/** Which step to show: None follows the training. Or the union of those kept, or how it differs from `against`. */
export interface ShowStep {
  readonly type: "show-step";
  readonly requestId: string;
  readonly mode?: "step" | "union" | "difference";
  readonly step?: number | null;
  readonly against?: number | null;
}

/** Times of the gradient rules, or of the forward. */
export interface ShowBackward {
  readonly type: "show-backward";
  readonly requestId: string;
  readonly on: boolean;
}

/** Open what is around an op, by its id, or around the calls of a layer; the answer is a `FoundOps`. */
export interface RevealOp {
  readonly type: "reveal-op";
  readonly requestId: string;
  readonly op?: string;
  readonly layer?: string;
}

/** Ops by name, module path, shape, dtype or line of code, also those in closed groups. */
export interface FindOps {
  readonly type: "find-ops";
  readonly requestId: string;
  readonly query: string;
}

/** The cursor stands in a line: which boxes did it run? `text` is the line, as a file may be called otherwise. */
export interface OpsAtLine {
  readonly type: "ops-at-line";
  readonly requestId: string;
  readonly line: number;
  readonly text: string;
}

/** All about one box: an op, a group or a leaf. */
export interface InspectOp {
  readonly type: "inspect-op";
  readonly requestId: string;
  readonly box: string;
}

/** Record the next step with its values, to walk through it. */
export interface KeepStep {
  readonly type: "keep-step";
  readonly requestId: string;
}

/** Run the kept step again up to an op, by its id, or by how many ops have run; the answer is a `Travelled`. */
export interface TravelTo {
  readonly type: "travel-to";
  readonly requestId: string;
  readonly op?: string;
  readonly position?: number;
}

/** Compare the gradient rules of an op with finite differences, at the values it had. */
export interface CheckOp {
  readonly type: "check-op";
  readonly requestId: string;
  readonly op: string;
}

export type Command =
  | AddNode
  | RemoveNodes
  | ReplaceNode
  | Connect
  | Disconnect
  | InsertOnEdge
  | Bypass
  | SetField
  | Rename
  | Freeze
  | Move
  | GroupNodes
  | Ungroup
  | Fold
  | Note
  | Duplicate
  | Share
  | Unshare
  | SetRate
  | SetWidth
  | PruneUnits
  | Swap
  | AddBranch
  | Repeat
  | Reinitialise
  | Reorder
  | SplitGroup
  | MergeGroups
  | Several
  | SetOptimizer
  | HoldParameters
  | SetLoss
  | SetData
  | SetSchedule
  | TakeWeights;

export type FromBrowser =
  | Open
  | RunCommand
  | Undo
  | Redo
  | Transport
  | MakeMark
  | ForgetMark
  | Rewind
  | SwitchBranch
  | SetShadow
  | AskComparison
  | AskTargets
  | AskInsertions
  | AskTakers
  | AskAdapters
  | AskSwaps
  | AskCopy
  | PutIn
  | Inspect
  | AskLook
  | AskSource
  | AskCode
  | Select
  | ShowQuantity
  | FrameSeen
  | LookAtCompute
  | ComputeSeen
  | OpenGroup
  | ShowTurn
  | ShowStep
  | ShowBackward
  | RevealOp
  | FindOps
  | OpsAtLine
  | InspectOp
  | KeepStep
  | TravelTo
  | CheckOp;

export type FromKernel =
  | GraphView
  | RunView
  | LogView
  | FindingsView
  | TimelineView
  | SetupView
  | PaletteView
  | Frame
  | Opened
  | Code
  | Done
  | CommandDone
  | Failed
  | Targets
  | Offers
  | Inspected
  | SourceText
  | Compared
  | ComputeGraph
  | ComputeTimes
  | FoundOps
  | OpInspected
  | Travelled
  | Checked
  | Looked;

export type Reply =
  | Opened
  | Code
  | Done
  | CommandDone
  | Failed
  | Targets
  | Offers
  | Inspected
  | SourceText
  | Compared
  | FoundOps
  | OpInspected
  | Travelled
  | Checked
  | Looked;

export const KERNEL_TAGS: readonly FromKernel["type"][] = [
  "graph-view",
  "run-view",
  "log-view",
  "findings-view",
  "timeline-view",
  "setup-view",
  "palette-view",
  "frame",
  "opened",
  "code",
  "done",
  "command-done",
  "failed",
  "targets",
  "offers",
  "inspected",
  "source-text",
  "compared",
  "compute-graph",
  "compute-times",
  "found-ops",
  "op-inspected",
  "travelled",
  "checked",
  "looked",
];
