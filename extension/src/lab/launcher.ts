/** A card in the launcher and a command: a new notebook whose cells train a small network in the studio. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICommandPalette } from "@jupyterlab/apputils";
import { ILauncher } from "@jupyterlab/launcher";
import { ITranslator } from "@jupyterlab/translation";
import { patchgradIcon } from "./icons";
import { CATEGORY, NEW_STUDIO } from "./ids";
import { type NotebookFile, openNewNotebook } from "./notebookFile";
import starter from "./starter.json";
import { words } from "./translated";

export const launcher: JupyterFrontEndPlugin<void> = {
  id: "patchgrad-lab:launcher",
  description: "Launcher card and command for a new studio notebook.",
  autoStart: true,
  optional: [ICommandPalette, ILauncher, ITranslator],
  activate(
    app: JupyterFrontEnd,
    palette: ICommandPalette | null,
    cards: ILauncher | null,
    translator: ITranslator | null,
  ) {
    const trans = words(translator);
    app.commands.addCommand(NEW_STUDIO, {
      label: ({ isLauncher }) => (isLauncher ? trans.__("Studio") : trans.__("patchgrad: New studio notebook")),
      caption: trans.__("A notebook that trains a small network while you rewire it"),
      icon: patchgradIcon,
      execute: ({ cwd }) => openNewNotebook(app, starter as NotebookFile, typeof cwd === "string" ? cwd : ""),
    });
    palette?.addItem({ command: NEW_STUDIO, category: CATEGORY });
    cards?.add({ command: NEW_STUDIO, category: CATEGORY, rank: 1, args: { isLauncher: true } });
  },
};
