/** The layer palette in the left sidebar, and the commands that lead to it. */
import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICommandPalette, Notification } from "@jupyterlab/apputils";
import type { KindView } from "../protocol/messages";
import { type Destination, watchDestination } from "./destination";
import { patchgradIcon } from "./icons";
import { CATEGORY, INSERT_LAYER, SHOW_PALETTE } from "./ids";
import { KINDS } from "./kinds";
import { PaletteWidget } from "./PaletteWidget";

export const palette: JupyterFrontEndPlugin<void> = {
  id: "patchgrad-lab:palette",
  description: "Palette of layers in the left sidebar.",
  autoStart: true,
  optional: [ICommandPalette, ILayoutRestorer],
  activate(app: JupyterFrontEnd, commandPalette: ICommandPalette | null, restorer: ILayoutRestorer | null) {
    const widget = new PaletteWidget(KINDS, (kind) => void insert(app, destination, kind));
    const destination = watchDestination(app.commands, widget.node);
    widget.disposed.connect(() => destination.dispose());
    app.shell.add(widget, "left", { rank: 900 });
    restorer?.add(widget, widget.id);
    addCommands(app, widget, destination);
    for (const command of [INSERT_LAYER, SHOW_PALETTE]) commandPalette?.addItem({ command, category: CATEGORY });
  },
};

function addCommands(app: JupyterFrontEnd, widget: PaletteWidget, destination: Destination): void {
  const show = () => {
    app.shell.activateById(widget.id);
    widget.search();
  };
  app.commands.addCommand(SHOW_PALETTE, {
    label: "patchgrad: Show layer palette",
    icon: patchgradIcon,
    execute: show,
  });
  app.commands.addCommand(INSERT_LAYER, {
    label: "patchgrad: Insert layer…",
    caption: "Search a layer; Enter inserts it where the cursor is",
    icon: patchgradIcon,
    execute: ({ kind }) => {
      const named = KINDS.find((one) => one.kind === kind);
      return named ? insert(app, destination, named) : show();
    },
  });
}

async function insert(app: JupyterFrontEnd, destination: Destination, kind: KindView): Promise<void> {
  if (await destination.insert(kind.kind, kind.source)) return backToWork(app);
  Notification.info(`There is no open cell or studio for ${kind.kind}. Open a notebook, then insert it again.`);
}

/** The cursor returns to the cell, so that typing goes on behind the inserted text. */
function backToWork(app: JupyterFrontEnd): void {
  const current = app.shell.currentWidget;
  if (current) app.shell.activateById(current.id);
}
