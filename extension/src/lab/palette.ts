/** The layer palette in the left sidebar, and the commands that lead to it. */
import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICommandPalette, Notification } from "@jupyterlab/apputils";
import { ITranslator } from "@jupyterlab/translation";
import { OWN_LAYERS } from "../model/host";
import type { KindView } from "../protocol/messages";
import { type Destination, watchDestination } from "./destination";
import { patchgradIcon } from "./icons";
import { CATEGORY, INSERT_LAYER, SHOW_PALETTE } from "./ids";
import { KINDS } from "./kinds";
import { PaletteWidget } from "./PaletteWidget";
import { type TranslationBundle, words } from "./translated";

interface Disposable {
  dispose(): void;
}

export const palette: JupyterFrontEndPlugin<void> = {
  id: "patchgrad-lab:palette",
  description: "Palette of layers in the left sidebar.",
  autoStart: true,
  optional: [ICommandPalette, ILayoutRestorer, ITranslator],
  activate(
    app: JupyterFrontEnd,
    commandPalette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    translator: ITranslator | null,
  ) {
    const trans = words(translator);
    const widget = new PaletteWidget(KINDS, trans, (kind) => void insert(destination, kind, trans));
    const destination = watchDestination(app, widget.node);
    app.shell.add(widget, "left", { rank: 900 });
    restorer?.add(widget, widget.id);
    const own = (event: Event) => widget.add((event as CustomEvent<readonly KindView[]>).detail);
    document.addEventListener(OWN_LAYERS, own);
    const opened = [destination, ...addCommands(app, widget, destination, trans)];
    for (const command of [INSERT_LAYER, SHOW_PALETTE]) {
      if (commandPalette) opened.push(commandPalette.addItem({ command, category: CATEGORY }));
    }
    widget.disposed.connect(() => {
      document.removeEventListener(OWN_LAYERS, own);
      for (const one of opened) one.dispose();
    });
  },
};

function addCommands(
  app: JupyterFrontEnd,
  widget: PaletteWidget,
  destination: Destination,
  trans: TranslationBundle,
): Disposable[] {
  const show = () => {
    app.shell.activateById(widget.id);
    widget.search();
  };
  const showPalette = app.commands.addCommand(SHOW_PALETTE, {
    label: trans.__("patchgrad: Show layer palette"),
    icon: patchgradIcon,
    execute: show,
  });
  const insertLayer = app.commands.addCommand(INSERT_LAYER, {
    label: trans.__("patchgrad: Insert layer…"),
    caption: trans.__("Search a layer; Enter inserts it where the cursor is"),
    icon: patchgradIcon,
    execute: ({ kind }) => {
      const named = KINDS.find((one) => one.kind === kind);
      return named ? insert(destination, named, trans) : show();
    },
  });
  return [showPalette, insertLayer];
}

async function insert(destination: Destination, kind: KindView, trans: TranslationBundle): Promise<void> {
  if (await destination.insert(kind.kind, kind.source)) return;
  Notification.info(
    trans.__("There is no open cell or studio for %1. Open a notebook, then insert it again.", kind.kind),
  );
}
