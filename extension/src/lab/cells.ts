/** Cells and studios: a studio for what a cell makes, and code from a studio into a new cell. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICommandPalette, Notification } from "@jupyterlab/apputils";
import { ITranslator } from "@jupyterlab/translation";
import { SEND_CODE, type SentCode, takeCode } from "../model/host";
import { patchgradIcon } from "./icons";
import { CATEGORY, OPEN_IN_STUDIO } from "./ids";
import { currentNotebook, insertBelow, notebookAround } from "./notebookPanel";
import { studioCall } from "./studioCall";
import { type TranslationBundle, words } from "./translated";

export const cells: JupyterFrontEndPlugin<void> = {
  id: "patchgrad-lab:cells",
  description: "Opens a cell's network in the studio, and takes code from the studio into cells.",
  autoStart: true,
  optional: [ICommandPalette, ITranslator],
  activate(app: JupyterFrontEnd, palette: ICommandPalette | null, translator: ITranslator | null) {
    const trans = words(translator);
    app.commands.addCommand(OPEN_IN_STUDIO, {
      label: ({ isMenu }) =>
        isMenu ? trans.__("Open in studio") : trans.__("patchgrad: Open the cell's network in the studio"),
      caption: trans.__("A cell below shows the studio of the session or model that this cell makes"),
      icon: patchgradIcon,
      isEnabled: () => currentNotebook(app) !== null,
      execute: () => openInStudio(app, trans),
    });
    palette?.addItem({ command: OPEN_IN_STUDIO, category: CATEGORY });
    document.addEventListener(SEND_CODE, (event) => take(app, event as CustomEvent<SentCode>));
    takeCode(document);
  },
};

async function openInStudio(app: JupyterFrontEnd, trans: TranslationBundle): Promise<void> {
  const panel = currentNotebook(app);
  const source = panel?.content.activeCell?.model.sharedModel.getSource() ?? "";
  const call = studioCall(source);
  if (!panel || call === null) {
    Notification.info(
      trans.__("This cell makes no session and no model that a studio could show. Choose the cell that does."),
    );
    return;
  }
  await insertBelow(app, panel, panel.content.activeCellIndex, call);
  await app.commands.execute("notebook:run-cell");
}

/** A studio outside of notebooks is not served here: the event stays as it is, and the studio copies the code. */
function take(app: JupyterFrontEnd, event: CustomEvent<SentCode>): void {
  const place = notebookAround(app, event.target as Node);
  if (!place) return;
  event.preventDefault();
  void insertBelow(app, place.panel, place.cell, event.detail.code);
}
