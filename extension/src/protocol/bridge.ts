/**
 * The only file that knows the notebook's widget model. Requests become promises, state becomes
 * listeners. It never throws at its users: a refusal, a silence and a dead kernel are all `Failed`.
 */
import { type NamedArrays, readArrays } from "./arrays";
import {
  type AskAdapters,
  type AskCode,
  type AskComparison,
  type AskCopy,
  type AskInsertions,
  type AskLook,
  type AskSource,
  type AskSwaps,
  type AskTakers,
  type AskTargets,
  type Checked,
  type CheckOp,
  type Code,
  type CommandDone,
  type Compared,
  type ComputeGraph,
  type ComputeSeen,
  type ComputeTimes,
  type Done,
  type Failed,
  type FindingsView,
  type FindOps,
  type ForgetMark,
  type FoundOps,
  type Frame,
  type FrameSeen,
  type FromKernel,
  type GraphView,
  type Inspect,
  type Inspected,
  type InspectOp,
  KERNEL_TAGS,
  type KeepStep,
  type LogView,
  type LookAtCompute,
  type Looked,
  type MakeMark,
  type Offers,
  type Open,
  type Opened,
  type OpenGroup,
  type OpInspected,
  type OpsAtLine,
  type PaletteView,
  type PutIn,
  type Redo,
  type Reply,
  type RevealOp,
  type Rewind,
  type RunCommand,
  type RunView,
  type Select,
  type SetShadow,
  type SetupView,
  type ShowBackward,
  type ShowQuantity,
  type ShowStep,
  type ShowTurn,
  type SourceText,
  type SwitchBranch,
  type Targets,
  type TimelineView,
  type Transport,
  type Travelled,
  type TravelTo,
  type Undo,
} from "./messages";

/** What we use of the widget model that the notebook hands to `render`. */
export interface WidgetModel {
  get?(name: string): unknown;
  send(content: unknown): void;
  on(event: string, listener: (...values: never[]) => void): void;
  off(event: string, listener: (...values: never[]) => void): void;
}

export type StateMessage =
  | GraphView
  | RunView
  | LogView
  | FindingsView
  | TimelineView
  | SetupView
  | PaletteView
  | Frame
  | ComputeGraph
  | ComputeTimes;
export type StateListener = (message: StateMessage, arrays: NamedArrays) => void;

type Request =
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
  | LookAtCompute
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

interface Answers {
  open: Opened;
  "run-command": CommandDone;
  undo: CommandDone | Done;
  redo: CommandDone | Done;
  transport: Done;
  "make-mark": Done;
  "forget-mark": Done;
  rewind: CommandDone;
  "switch-branch": CommandDone;
  "set-shadow": Done;
  "ask-comparison": Compared;
  "ask-targets": Targets;
  "ask-insertions": Targets;
  "ask-takers": Offers;
  "ask-adapters": Offers;
  "ask-swaps": Offers;
  "ask-copy": SourceText;
  "put-in": CommandDone;
  inspect: Inspected;
  "ask-look": Looked;
  "ask-source": SourceText;
  "ask-code": CodeBytes;
  "look-at-compute": Done;
  "open-group": Done;
  "show-turn": Done;
  "show-step": Done;
  "show-backward": Done;
  "reveal-op": FoundOps;
  "find-ops": FoundOps;
  "ops-at-line": FoundOps;
  "inspect-op": OpInspected;
  "keep-step": Done;
  "travel-to": Travelled;
  "check-op": Checked;
}

/** A bundle, with the bytes of its source. */
export type CodeBytes = Code & { readonly bytes: DataView };

type Without<T> = T extends unknown ? Omit<T, "requestId"> : never;
/** A request before the bridge numbers it. */
export type Question = Without<Request>;

export interface Kernel {
  /** Ask, and get exactly one answer: the reply, or `Failed` with the reason in words. `patience` in milliseconds. */
  ask<Q extends Question>(question: Q, patience?: number): Promise<Answers[Q["type"]] | Failed>;
  /** Tell without waiting. */
  tell(message: Select | ShowQuantity | FrameSeen | ComputeSeen): void;
  /** Listen to the state lane. Returns its own undo. */
  listen(listener: StateListener): () => void;
  /** Called when the connection may have been lost or have come back: ask to know. Returns its own undo. */
  watchConnection(listener: () => void): () => void;
  /** Stop listening; every request still open is answered with `Failed`. */
  close(): void;
}

export interface BridgeOptions {
  readonly newId: () => string;
  /** Milliseconds to wait for an answer; an edit waits for the end of the running step. */
  readonly patience?: number;
}

const AN_EDIT = 120_000;
const PATIENCE: Partial<Record<Question["type"], number>> = {
  "run-command": AN_EDIT,
  "put-in": AN_EDIT,
  undo: AN_EDIT,
  redo: AN_EDIT,
  rewind: AN_EDIT,
  "switch-branch": AN_EDIT,
};
const USUAL_PATIENCE = 20_000;

interface Waiting {
  readonly answer: (reply: Reply | CodeBytes) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

export function connectKernel(model: WidgetModel, options: BridgeOptions): Kernel {
  const waiting = new Map<string, Waiting>();
  const listeners = new Set<StateListener>();

  const settle = (reply: Reply | CodeBytes) => {
    const open = waiting.get(reply.requestId);
    if (!open) return; // too late, or for another view of the same model
    waiting.delete(reply.requestId);
    clearTimeout(open.timer);
    open.answer(reply);
  };

  const receive = (content: unknown, buffers?: readonly DataView[]) => {
    if (!isFromKernel(content)) return;
    const bytes = asView(buffers?.[0]);
    if (isReply(content)) return settle(content.type === "code" ? { ...content, bytes } : content);
    const arrays = "arrays" in content ? readArrays(content.arrays, bytes) : {};
    for (const listener of listeners) listener(content, arrays);
  };
  model.on("msg:custom", receive as (...values: never[]) => void);

  return {
    ask<Q extends Question>(question: Q, patience = options.patience ?? PATIENCE[question.type] ?? USUAL_PATIENCE) {
      const requestId = options.newId();
      return new Promise<Answers[Q["type"]] | Failed>((resolve) => {
        const timer = setTimeout(() => settle(silence(requestId, patience)), patience);
        waiting.set(requestId, { answer: resolve as Waiting["answer"], timer });
        try {
          model.send({ ...question, requestId });
        } catch (error) {
          settle(unsent(requestId, error));
        }
      });
    },
    tell(message) {
      try {
        model.send(message);
      } catch {
        // a lost state message is replaced by the next one
      }
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    watchConnection: (listener) => watchConnection(model, listener),
    close() {
      model.off("msg:custom", receive as (...values: never[]) => void);
      listeners.clear();
      for (const requestId of [...waiting.keys()]) settle(failed(requestId, "This view was closed."));
    },
  };
}

/** Hosts tell that something changed, but hand us a model that does not say what. */
function watchConnection(model: WidgetModel, listener: () => void): () => void {
  const relay = () => listener();
  const events = ["comm_live_update", "comm:close"];
  for (const event of events) model.on(event, relay);
  return () => {
    for (const event of events) model.off(event, relay);
  };
}

function isFromKernel(content: unknown): content is FromKernel {
  const tag = (content as { type?: unknown } | null)?.type;
  return typeof tag === "string" && (KERNEL_TAGS as readonly string[]).includes(tag);
}

function isReply(message: FromKernel): message is Reply {
  return "requestId" in message;
}

/** Front ends hand buffers over as DataView, a few as a bare ArrayBuffer. */
function asView(buffer: DataView | ArrayBuffer | undefined): DataView {
  return buffer instanceof DataView ? buffer : new DataView(buffer ?? new ArrayBuffer(0));
}

function silence(requestId: string, patience: number): Failed {
  const seconds = Math.round(patience / 1000);
  return failed(
    requestId,
    `The kernel has not answered for ${seconds} s.`,
    "It may be busy with a cell, or it was restarted: then run the cell again.",
  );
}

function unsent(requestId: string, error: unknown): Failed {
  const reason = error instanceof Error ? error.message : String(error);
  return failed(requestId, "The message could not be sent to the kernel.", `${reason}. Run the cell again.`);
}

function failed(requestId: string, title: string, hint = ""): Failed {
  return { type: "failed", requestId, title, got: "", want: "", hint, where: "", ports: [] };
}
