/** The little that is needed of JupyterLab's notebooks, told by shape: their package is large, and theirs to load. */
import type { JupyterFrontEnd } from "@jupyterlab/application";
import type { Widget } from "@lumino/widgets";

interface Output {
  readonly data?: Readonly<Record<string, string | readonly string[]>>;
}

export interface Cell extends Widget {
  readonly model: {
    readonly type: string;
    readonly executionCount?: number | null;
    readonly outputs?: { toJSON(): readonly Output[] };
    readonly sharedModel: { getSource(): string; setSource(text: string): void };
  };
  /** Null for a cell that is out of sight. */
  readonly editor?: { hasFocus(): boolean; getCursorPosition(): { readonly line: number } } | null;
}

export interface NotebookPanel extends Widget {
  readonly content: Widget & {
    activeCellIndex: number;
    readonly activeCell: Cell | null;
    readonly widgets: readonly Cell[];
  };
}

/** The notebook that is in front, or null. */
export function currentNotebook({ shell }: JupyterFrontEnd): NotebookPanel | null {
  return asNotebook(shell.currentWidget);
}

/** The notebook in one of whose cells the element stands, with the cell's place; or null. */
export function notebookAround(
  { shell }: JupyterFrontEnd,
  element: Node,
): { panel: NotebookPanel; cell: number } | null {
  for (const widget of shell.widgets("main")) {
    const panel = asNotebook(widget);
    const cell = panel?.content.widgets.findIndex((one) => one.node.contains(element)) ?? -1;
    if (panel && cell >= 0) return { panel, cell };
  }
  return null;
}

/** Put a code cell below the one at `cell`, and the focus on it. */
export async function insertBelow(
  app: JupyterFrontEnd,
  panel: NotebookPanel,
  cell: number,
  code: string,
): Promise<void> {
  app.shell.activateById(panel.id);
  panel.content.activeCellIndex = cell;
  await app.commands.execute("notebook:insert-cell-below");
  panel.content.activeCell?.model.sharedModel.setSource(code);
}

export function asNotebook(widget: Widget | null): NotebookPanel | null {
  const content = (widget as Partial<NotebookPanel> | null)?.content;
  return content !== undefined && "activeCell" in content && Array.isArray(content.widgets)
    ? (widget as NotebookPanel)
    : null;
}
