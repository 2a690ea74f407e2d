/** Code and picture point at each other: an expression lights up in its cell; the cursor's line is told to the studios. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { CURSOR_LINE, type CursorLine, SHOW_CODE, type ShownCode } from "../model/host";
import { lineOf, placeOf } from "./codePlace";
import { type Cell, currentNotebook, notebookAround } from "./notebookPanel";

const LIT = "patchgrad-lit";
/** A cursor that only passes through is not told. */
const PAUSE_MS = 150;
const LIT_MS = 6000;

/** What is used of CodeMirror's view, which stands behind the cell's editor. */
interface EditorView {
  readonly state: { readonly doc: { readonly length: number } };
  domAtPos(position: number): { readonly node: Node; readonly offset: number };
}

export const code: JupyterFrontEndPlugin<void> = {
  id: "patchgrad-lab:code",
  description: "Lights up the expression of an op in its cell, and the ops of the line under the cursor.",
  autoStart: true,
  activate(app: JupyterFrontEnd) {
    document.addEventListener(SHOW_CODE, (event) => show(app, event as CustomEvent<ShownCode>));
    let timer: ReturnType<typeof setTimeout> | undefined;
    let told = "";
    document.addEventListener("selectionchange", () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        const found = cursorLine(app);
        const text = JSON.stringify(found);
        if (!found || text === told) return;
        told = text;
        document.dispatchEvent(new CustomEvent<CursorLine>(CURSOR_LINE, { detail: found }));
      }, PAUSE_MS);
    });
  },
};

/** The line of the cursor, while an editor of a code cell has the focus. */
function cursorLine(app: JupyterFrontEnd): CursorLine | null {
  const cell = currentNotebook(app)?.content.activeCell;
  if (cell?.model.type !== "code" || !cell.editor?.hasFocus()) return null;
  const { line } = cell.editor.getCursorPosition();
  return { line: line + 1, text: lineOf(cell.model.sharedModel.getSource(), line) };
}

function show(app: JupyterFrontEnd, { target, detail }: CustomEvent<ShownCode>): void {
  const panel = notebookAround(app, target as Node)?.panel;
  if (!panel) return;
  const cells = panel.content.widgets;
  const place = placeOf(
    detail,
    cells.map(({ model }) => ({ source: model.sharedModel.getSource(), count: model.executionCount ?? null })),
  );
  const cell = place ? cells[place.cell] : undefined;
  if (place && cell) lightUp(cell, place.from, place.to);
}

/** For a while. The text is not selected: the cursor, and what the user writes, stay where they are. */
function lightUp(cell: Cell, from: number, to: number): void {
  const view = (cell.editor as { editor?: EditorView } | null)?.editor;
  if (!view || !("highlights" in CSS) || to > view.state.doc.length) return;
  const [start, end] = [view.domAtPos(from), view.domAtPos(to)];
  const range = new Range();
  range.setStart(start.node, start.offset);
  range.setEnd(end.node, end.offset);
  const lit = new Highlight(range);
  CSS.highlights.set(LIT, lit);
  setTimeout(() => CSS.highlights.get(LIT) === lit && CSS.highlights.delete(LIT), LIT_MS);
}
