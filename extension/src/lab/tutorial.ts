/** A command that opens the first tutorial: the reader's own copy if there is one, else a fresh one. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICommandPalette } from "@jupyterlab/apputils";
import { ILauncher } from "@jupyterlab/launcher";
import { ITranslator } from "@jupyterlab/translation";
import notebook from "../../../notebooks/01_first_network.ipynb";
import { patchgradIcon } from "./icons";
import { CATEGORY, OPEN_TUTORIAL } from "./ids";
import { firstExisting, openNotebookAt } from "./notebookFile";
import { words } from "./translated";

const NAME = "01_first_network.ipynb";

export const tutorial: JupyterFrontEndPlugin<void> = {
  id: "patchgrad-lab:tutorial",
  description: "Command that opens the first tutorial.",
  autoStart: true,
  optional: [ICommandPalette, ILauncher, ITranslator],
  activate(
    app: JupyterFrontEnd,
    palette: ICommandPalette | null,
    cards: ILauncher | null,
    translator: ITranslator | null,
  ) {
    const trans = words(translator);
    app.commands.addCommand(OPEN_TUTORIAL, {
      label: ({ isLauncher }) =>
        isLauncher ? trans.__("First tutorial") : trans.__("patchgrad: Open the first tutorial"),
      caption: trans.__("Train a network on handwritten digits and change it while it learns"),
      icon: patchgradIcon,
      execute: () => openTutorial(app),
    });
    palette?.addItem({ command: OPEN_TUTORIAL, category: CATEGORY });
    cards?.add({ command: OPEN_TUTORIAL, category: CATEGORY, rank: 2, args: { isLauncher: true } });
  },
};

async function openTutorial(app: JupyterFrontEnd): Promise<string> {
  const path = await firstExisting(app, [NAME, `notebooks/${NAME}`]);
  // A copy has no twin in plain Python to be kept in step with, as the one in the repository has.
  if (path === null) return openNotebookAt(app, { ...notebook, metadata: {} }, NAME);
  await app.commands.execute("docmanager:open", { path });
  return path;
}
