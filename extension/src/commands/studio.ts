/** What a UI command works with: the kernel, the store, and the few things only the page can do. */
import type { Point } from "../model/geometry";
import type { Kernel } from "../protocol/bridge";
import type { CodePlace } from "../protocol/messages";
import type { Action } from "../store/actions";
import type { State } from "../store/state";
import type { Store } from "../store/store";

/** Places that a command may move the focus to. */
export type Place =
  | "canvas"
  | "palette-search"
  | "name-field"
  | "setting-field"
  | "layer-name"
  | "log"
  | "find"
  | "picker"
  | "compute"
  | "find-ops";

/** Done by the view while it is mounted; absent in tests and before the first paint. */
export interface Page {
  focus(place: Place): void;
  fit(): void;
  zoom(factor: number): void;
  /** Scroll the canvas until a box or group is seen. */
  reveal(uid: string): void;
  /** Look at these boxes together. */
  revealAll(uids: readonly string[]): void;
  /** The same for a box of the computation. */
  revealBox(id: string): void;
  fitComputation(): void;
  /** Light up an expression in the cell that it stands in, where the host can. */
  showCode(place: CodePlace): void;
  /** The middle of what is seen of the canvas, in its own coordinates. */
  middle(): Point;
  copy(text: string): Promise<void>;
  /** Where the host has cells that take it. False: this studio stands in none. */
  sendToCell(code: string): boolean;
}

export interface Clock {
  /** Calls once, when the page paints next. */
  afterPaint(callback: () => void): void;
}

export interface Studio {
  readonly kernel: Kernel;
  readonly store: Store<State, Action>;
  /** Filled by the views as they mount. */
  readonly page: Partial<Page>;
  /** The edit sent last: the next one waits for its answer, so that each names the revision it saw. */
  lastEdit: Promise<unknown>;
  /** The question after the places of the present drag. */
  judging: Promise<unknown>;
}

export function createStudio(kernel: Kernel, store: Store<State, Action>): Studio {
  return { kernel, store, page: {}, lastEdit: Promise.resolve(), judging: Promise.resolve() };
}
