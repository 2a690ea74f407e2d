/** A sidebar on the right for what is selected in the studio that was used last. While it is open, that studio shows it there. */
import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICommandPalette } from "@jupyterlab/apputils";
import { ITranslator } from "@jupyterlab/translation";
import { Widget } from "@lumino/widgets";
import { INSPECTOR_PLACE, PLACE_CHANGED } from "../model/host";
import { patchgradIcon } from "./icons";
import { CATEGORY, SHOW_INSPECTOR } from "./ids";
import { type TranslationBundle, words } from "./translated";

export const inspector: JupyterFrontEndPlugin<void> = {
  id: "patchgrad-lab:inspector",
  description: "Inspector of the studio in the right sidebar.",
  autoStart: true,
  optional: [ICommandPalette, ILayoutRestorer, ITranslator],
  activate(
    app: JupyterFrontEnd,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    translator: ITranslator | null,
  ) {
    const trans = words(translator);
    const widget = new InspectorWidget(trans);
    app.shell.add(widget, "right", { rank: 900 });
    restorer?.add(widget, widget.id);
    app.commands.addCommand(SHOW_INSPECTOR, {
      label: trans.__("patchgrad: Show inspector"),
      caption: trans.__("What is selected in the studio, in the sidebar"),
      icon: patchgradIcon,
      execute: () => app.shell.activateById(widget.id),
    });
    palette?.addItem({ command: SHOW_INSPECTOR, category: CATEGORY });
  },
};

class InspectorWidget extends Widget {
  private readonly place = document.createElement("div");

  constructor(trans: TranslationBundle) {
    super();
    this.id = "patchgrad-inspector";
    this.addClass("patchgrad-inspector");
    this.title.icon = patchgradIcon;
    this.title.caption = trans.__("patchgrad inspector");
    this.node.setAttribute("role", "region");
    this.node.setAttribute("aria-label", trans.__("patchgrad inspector"));
    const hint = document.createElement("p");
    hint.textContent = trans.__("What is selected in a studio stands here.");
    this.place.className = INSPECTOR_PLACE;
    this.node.append(hint);
  }

  protected override onAfterShow(): void {
    this.node.prepend(this.place);
    document.dispatchEvent(new Event(PLACE_CHANGED));
  }

  /** A hidden sidebar is no place: the studio shows its inspector itself again. */
  protected override onAfterHide(): void {
    delete this.place.dataset.studio;
    this.place.remove();
    document.dispatchEvent(new Event(PLACE_CHANGED));
  }
}
