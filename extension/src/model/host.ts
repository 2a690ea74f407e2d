/**
 * What a studio and the page around it tell each other: events of the page, as neither half imports the other.
 * JupyterLab's extension hears them; elsewhere nobody does, and nothing is missing.
 */

/** Sent from a studio's root when its training changes state or moves on; `detail` is a `RunState`. */
export const RUN_STATE = "patchgrad:run-state";
/** Sent from a studio's root with code for a new cell; who takes it cancels the event. */
export const SEND_CODE = "patchgrad:send-code";
/** On the page's root element, where a host takes code. */
const TAKES_CODE = "patchgradTakesCode";

export interface RunState {
  readonly title: string;
  /** In words, as the studio shows it. */
  readonly words: string;
  readonly step: number;
  readonly loss: number | null;
  readonly running: boolean;
}

export interface SentCode {
  readonly code: string;
}

export function takeCode(page: Document): void {
  page.documentElement.dataset[TAKES_CODE] = "yes";
}

export function takesCode(page: Document): boolean {
  return page.documentElement.dataset[TAKES_CODE] === "yes";
}

/** Offer code to the page. False if nobody took it. */
export function sendCode(from: Element, code: string): boolean {
  const detail: SentCode = { code };
  return !from.dispatchEvent(new CustomEvent(SEND_CODE, { detail, bubbles: true, cancelable: true }));
}

/** Sent from a studio's root with a place in the code that is to light up; `detail` is a `ShownCode`. */
export const SHOW_CODE = "patchgrad:show-code";
/** Sent on the document when the cursor of a cell moves to another line; `detail` is a `CursorLine`. */
export const CURSOR_LINE = "patchgrad:cursor-line";

/** Lines from 1, columns from 0 in characters; `text` is the whole first line. */
export interface ShownCode {
  readonly file: string;
  readonly line: number;
  readonly endLine: number;
  readonly column: number;
  readonly endColumn: number;
  readonly text: string;
}

export interface CursorLine {
  readonly line: number;
  readonly text: string;
}

export function showCode(from: Element, detail: ShownCode): void {
  from.dispatchEvent(new CustomEvent(SHOW_CODE, { detail, bubbles: true }));
}
