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

/** Sent from a studio's root when the layers of the user's own are others; `detail` is a list of `KindView`. */
export const OWN_LAYERS = "patchgrad:own-layers";
/** Family of a class of the notebook, and of layers that were saved as one. */
export const OWN_FAMILY = "own";
export const SAVED_FAMILY = "saved by you";

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

/** Class of the element in a sidebar in which a studio may show its inspector; there is none elsewhere. */
export const INSPECTOR_PLACE = "patchgrad-inspector-place";
/** On the page's document: the place came, went, or is another studio's now. */
export const PLACE_CHANGED = "patchgrad:inspector-place-changed";

/** The place, if the studio with this id has it. */
export function inspectorPlaceOf(page: Document, id: string): HTMLElement | null {
  return page.querySelector<HTMLElement>(`.${INSPECTOR_PLACE}[data-studio="${id}"]`);
}

/** Take the place, if there is one: for the studio that was used last. */
export function claimInspectorPlace(page: Document, id: string, { politely = false } = {}): void {
  const place = page.querySelector<HTMLElement>(`.${INSPECTOR_PLACE}`);
  if (!place || place.dataset.studio === id || (politely && place.dataset.studio)) return;
  place.dataset.studio = id;
  page.dispatchEvent(new Event(PLACE_CHANGED));
}

export function leaveInspectorPlace(page: Document, id: string): void {
  const place = inspectorPlaceOf(page, id);
  if (!place) return;
  delete place.dataset.studio;
  page.dispatchEvent(new Event(PLACE_CHANGED));
}
