/** A scope: one live plot that answers one question. Pure: data and colours in, a Plotly figure out. */

import type { Cursor, FrameState } from "../../store/state";

export type { Numbers } from "../../protocol/arrays";
export type { Flag } from "../../protocol/messages";

/** What one frame brings, with its arrays by name (lengths as in the protocol's `Frame`). */
export interface ScopeData extends Pick<FrameState, "layers" | "names" | "flags" | "selected" | "arrays"> {
  /** Uids of the layers selected on the canvas now; `selected` is the one whose histogram the frame brings. */
  readonly chosen: readonly string[];
  /** The step under the pointer, and the plot that has the pointer. */
  readonly cursor: Cursor | null;
  /** Log scale where a plot over steps may have one; null: where the numbers ask for it. */
  readonly log: boolean | null;
  readonly smooth: boolean;
  /** Other lines of training, with their colours. */
  readonly branches: readonly BranchLine[];
  /** What the number on the boxes answers, and its unit. */
  readonly shownQuestion: string;
  readonly shownUnit: string;
}

export interface BranchLine {
  readonly number: number;
  readonly name: string;
  readonly colour: string;
}

/** Colours of the host's theme, as CSS text that Plotly reads (hex or rgb). */
export interface Colours {
  readonly text: string;
  readonly muted: string;
  readonly grid: string;
  readonly surface: string;
  readonly line: string;
  readonly second: string;
  readonly selected: string;
  readonly band: string;
  readonly heat: readonly string[];
}

/** Size of the plot in CSS pixels. */
export interface Room {
  readonly width: number;
  readonly height: number;
}

export type Trace = Readonly<Record<string, unknown>>;
export type Layout = Readonly<Record<string, unknown>>;

export interface Figure {
  readonly data: readonly Trace[];
  readonly layout: Layout;
}

export interface Scope {
  readonly id: "loss" | "gradients" | "activations" | "updates" | "histogram" | "overtime";
  /** The tab's word. */
  readonly label: string;
  readonly question: string;
  /** The question where it depends on what is shown. */
  ask?(data: ScopeData): string;
  /** Its x axis is the step: it takes part in the linked cursor. */
  readonly overSteps?: boolean;
  /** How to read the plot, one sentence. */
  readonly reading: string;
  /** Said while there is nothing to draw. */
  readonly waiting: string;
  /** The arrays without which there is nothing to draw. */
  readonly needs: readonly string[];
  /** null if an array does not fit the others. */
  figure(data: ScopeData, colours: Colours, room: Room): Figure | null;
}

/** True if the frame brings every array that the scope needs, with at least one number in it. */
export function isReady(scope: Scope, data: ScopeData): boolean {
  return scope.needs.every((name) => data.arrays[name]?.data.some(Number.isFinite) ?? false);
}

/** What the plot answers. */
export function questionOf(scope: Scope, data: ScopeData | null): string {
  return (data && scope.ask?.(data)) || scope.question;
}
