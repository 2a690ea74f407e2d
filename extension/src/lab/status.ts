/** The state of the training that was heard of last, in the status bar; a click leads to its studio. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ISettingRegistry } from "@jupyterlab/settingregistry";
import { IStatusBar } from "@jupyterlab/statusbar";
import { ITranslator } from "@jupyterlab/translation";
import { Signal } from "@lumino/signaling";
import { Widget } from "@lumino/widgets";
import { count, figure } from "../model/format";
import { RUN_STATE, type RunState } from "../model/host";
import { type TranslationBundle, words } from "./translated";

const ID = "patchgrad-lab:status";
const WATCH_MS = 2000;

export const status: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: "State of the training in the status bar.",
  autoStart: true,
  optional: [IStatusBar, ISettingRegistry, ITranslator],
  activate(
    app: JupyterFrontEnd,
    bar: IStatusBar | null,
    settings: ISettingRegistry | null,
    translator: ITranslator | null,
  ) {
    if (!bar) return;
    const item = new StatusItem(app, words(translator));
    bar.registerStatusItem(ID, {
      item,
      align: "left",
      rank: 100,
      isActive: () => item.isActive,
      activeStateChanged: item.activeChanged,
    });
    settings?.load(ID).then(
      (loaded) => {
        const read = () => item.wish(loaded.composite.show !== false);
        loaded.changed.connect(read);
        read();
      },
      () => undefined,
    );
  },
};

class StatusItem extends Widget {
  readonly activeChanged = new Signal<this, void>(this);
  private readonly button = document.createElement("button");
  private readonly app: JupyterFrontEnd;
  private readonly trans: TranslationBundle;
  private studio: Element | null = null;
  private wished = true;
  private shown = false;
  private readonly watch = setInterval(() => this.refresh(), WATCH_MS);

  constructor(app: JupyterFrontEnd, trans: TranslationBundle) {
    super();
    this.app = app;
    this.trans = trans;
    this.button.type = "button";
    this.button.className = "patchgrad-status";
    this.button.addEventListener("click", () => this.showStudio());
    this.node.append(this.button);
    document.addEventListener(RUN_STATE, this);
  }

  get isActive(): boolean {
    return this.wished && this.studio?.isConnected === true;
  }

  /** Whether the user wants it to be seen. */
  wish(shown: boolean): void {
    this.wished = shown;
    this.refresh();
  }

  handleEvent(event: Event): void {
    const state = (event as CustomEvent<RunState | null>).detail;
    this.studio = state ? (event.target as Element) : null;
    if (state) this.tell(state);
    this.refresh();
  }

  override dispose(): void {
    document.removeEventListener(RUN_STATE, this);
    clearInterval(this.watch);
    super.dispose();
  }

  /** A studio whose cell was deleted says nothing any more: whether it is still there is looked at now and then. */
  private refresh(): void {
    if (this.isActive === this.shown) return;
    this.shown = this.isActive;
    this.activeChanged.emit();
  }

  private tell({ title, words: said, step, loss, running }: RunState): void {
    const parts = [said, this.trans.__("step %1", count(step))];
    if (loss !== null) parts.push(this.trans.__("loss %1", figure(loss)));
    this.button.textContent = parts.join(" · ");
    this.button.dataset.running = String(running);
    this.button.title = this.trans.__("%1: show the studio", title);
  }

  private showStudio(): void {
    const holder = [...this.app.shell.widgets("main")].find((widget) => widget.node.contains(this.studio));
    if (holder) this.app.shell.activateById(holder.id);
    this.studio?.scrollIntoView({ block: "center" });
    this.studio?.querySelector<HTMLElement>('[data-place="canvas"]')?.focus({ preventScroll: true });
  }
}
