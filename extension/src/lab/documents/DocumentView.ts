/** What is seen of a `.patchgrad` file: its network drawn, what is known of its training, and the way on. */
import type { JupyterFrontEnd } from "@jupyterlab/application";
import type { DocumentRegistry } from "@jupyterlab/docregistry";
import { Widget } from "@lumino/widgets";
import { openNewNotebook } from "../notebookFile";
import type { TranslationBundle } from "../translated";
import { picture } from "./picture";
import { askPreview, type Preview, PreviewProblem } from "./preview";

export class DocumentView extends Widget {
  private readonly app: JupyterFrontEnd;
  private readonly context: DocumentRegistry.Context;
  private readonly trans: TranslationBundle;
  private turn = 0;

  constructor(app: JupyterFrontEnd, context: DocumentRegistry.Context, trans: TranslationBundle) {
    super();
    this.app = app;
    this.context = context;
    this.trans = trans;
    this.addClass("patchgrad-document");
    void context.ready.then(() => {
      context.fileChanged.connect(() => void this.draw(), this);
      return this.draw();
    });
  }

  /** Ask a kernel and show its answer; an older question's answer is dropped. */
  private async draw(): Promise<void> {
    const turn = ++this.turn;
    this.fill(note("status", this.trans.__("Reading the network …")));
    const parts = await this.parts();
    if (turn === this.turn && !this.isDisposed) this.fill(...parts);
  }

  private fill(...parts: Node[]): void {
    this.node.replaceChildren(...parts);
  }

  private async parts(): Promise<Node[]> {
    try {
      const preview = await askPreview(this.app, this.context.path);
      return [this.head(preview), drawing(preview.svg)];
    } catch (error) {
      return [note("alert", this.problem(error)), this.button(this.trans.__("Try again"), () => this.draw())];
    }
  }

  private problem(error: unknown): string {
    if (!(error instanceof PreviewProblem)) return this.trans.__("No kernel could be started: %1", String(error));
    if (error.message !== "absent") return error.message;
    return this.trans.__("The kernel has no patchgrad. In its environment: pip install patchgrad");
  }

  private head(preview: Preview): HTMLElement {
    const head = document.createElement("header");
    const facts = document.createElement("dl");
    for (const [name, value] of preview.facts) facts.append(text("dt", name), text("dd", value));
    head.append(
      facts,
      this.button(this.trans.__("Continue in a notebook"), () => this.continue(preview.cells)),
    );
    return head;
  }

  private button(label: string, act: () => Promise<unknown>): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "jp-mod-styled jp-mod-accept";
    button.textContent = label;
    button.addEventListener("click", () => void act());
    return button;
  }

  private continue(cells: readonly string[]): Promise<string> {
    const folder = this.context.path.split("/").slice(0, -1).join("/");
    const made = cells.map((source) => ({
      cell_type: "code",
      metadata: {},
      execution_count: null,
      outputs: [],
      source,
    }));
    return openNewNotebook(this.app, { cells: made, metadata: {}, nbformat: 4, nbformat_minor: 4 }, folder);
  }
}

function drawing(svg: string): HTMLElement {
  const frame = document.createElement("div");
  frame.className = "patchgrad-document-drawing";
  frame.tabIndex = 0;
  const drawn = picture(svg);
  if (drawn) frame.append(drawn);
  return frame;
}

function note(role: "status" | "alert", said: string): HTMLElement {
  const element = text("p", said);
  element.setAttribute("role", role);
  return element;
}

function text(tag: "p" | "dt" | "dd", said: string): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = said;
  return element;
}
