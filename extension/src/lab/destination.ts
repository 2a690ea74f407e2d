/**
 * Where a layer goes that is inserted without a drag: into the place that had the focus last, a studio or
 * an editor. The two halves know each other only by a class and an event of the page.
 */
import type { JupyterFrontEnd } from "@jupyterlab/application";
import { ADD_LAYER, STUDIO_ROOT } from "../model/layerDrag";

/** JupyterLab's commands that put text at the cursor; each is enabled where it applies. */
const REPLACE_SELECTION = ["notebook:replace-selection", "fileeditor:replace-selection", "console:replace-selection"];

/** Gives the focus back to the cell's editor; in a later turn, as activating a notebook puts it in command mode. */
const EDIT_MODE = "notebook:enter-edit-mode";

export interface Destination {
  /** Send the layer to where the user last was. False if there is no such place. */
  insert(kind: string, source: string): Promise<boolean>;
  dispose(): void;
}

/** Watches the page's focus; `own` is the palette, which is never the destination. */
export function watchDestination(app: JupyterFrontEnd, own: Element): Destination {
  let last: Element | null = null;
  const note = (event: Event) => {
    const target = event.target as Element;
    if (!own.contains(target)) last = target;
  };
  document.addEventListener("focusin", note, true);
  document.addEventListener("pointerdown", note, true);
  return {
    async insert(kind, source) {
      const studio = last?.isConnected ? last.closest(`.${STUDIO_ROOT}`) : null;
      return studio ? sendToStudio(studio, kind) : typeAtCursor(app, source);
    },
    dispose() {
      document.removeEventListener("focusin", note, true);
      document.removeEventListener("pointerdown", note, true);
      last = null;
    },
  };
}

function sendToStudio(studio: Element, kind: string): boolean {
  return !studio.dispatchEvent(new CustomEvent(ADD_LAYER, { detail: { kind }, cancelable: true }));
}

async function typeAtCursor({ commands, shell }: JupyterFrontEnd, text: string): Promise<boolean> {
  const usable = (id: string) => commands.hasCommand(id) && commands.isEnabled(id);
  const command = REPLACE_SELECTION.find(usable);
  if (command === undefined) return false;
  await commands.execute(command, { text });
  if (shell.currentWidget) shell.activateById(shell.currentWidget.id);
  if (command.startsWith("notebook:")) setTimeout(() => void commands.execute(EDIT_MODE));
  return true;
}
