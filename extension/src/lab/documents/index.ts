/** `.patchgrad` files: their type, and a view that draws them. It is restored when the page is loaded again. */
import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from "@jupyterlab/application";
import { WidgetTracker } from "@jupyterlab/apputils";
import { ABCWidgetFactory, type DocumentRegistry, DocumentWidget } from "@jupyterlab/docregistry";
import { ITranslator } from "@jupyterlab/translation";
import { patchgradIcon } from "../icons";
import { type TranslationBundle, words } from "../translated";
import { DocumentView } from "./DocumentView";

const FACTORY = "patchgrad network";
const TYPE = "patchgrad";

export const documents: JupyterFrontEndPlugin<void> = {
  id: "patchgrad-lab:documents",
  description: "Opens .patchgrad files.",
  autoStart: true,
  optional: [ILayoutRestorer, ITranslator],
  activate(app: JupyterFrontEnd, restorer: ILayoutRestorer | null, translator: ITranslator | null) {
    const trans = words(translator);
    app.docRegistry.addFileType({
      name: TYPE,
      displayName: trans.__("patchgrad network"),
      extensions: [".patchgrad"],
      mimeTypes: ["application/json"],
      contentType: "file",
      fileFormat: "text",
      icon: patchgradIcon,
    });
    const factory = new NetworkFactory(app, trans);
    const tracker = new WidgetTracker<DocumentWidget<DocumentView>>({ namespace: TYPE });
    factory.widgetCreated.connect((_, widget) => {
      widget.context.pathChanged.connect(() => void tracker.save(widget));
      void tracker.add(widget);
    });
    app.docRegistry.addWidgetFactory(factory);
    void restorer?.restore(tracker, {
      command: "docmanager:open",
      args: ({ context }) => ({ path: context.path, factory: FACTORY }),
      name: ({ context }) => context.path,
    });
  },
};

class NetworkFactory extends ABCWidgetFactory<DocumentWidget<DocumentView>> {
  private readonly app: JupyterFrontEnd;
  private readonly trans: TranslationBundle;

  constructor(app: JupyterFrontEnd, trans: TranslationBundle) {
    super({
      name: FACTORY,
      label: trans.__("patchgrad network"),
      fileTypes: [TYPE],
      defaultFor: [TYPE],
      readOnly: true,
    });
    this.app = app;
    this.trans = trans;
  }

  protected createNewWidget(context: DocumentRegistry.Context): DocumentWidget<DocumentView> {
    const widget = new DocumentWidget({ context, content: new DocumentView(this.app, context, this.trans) });
    widget.toolbar.hide();
    widget.title.icon = patchgradIcon;
    return widget;
  }
}
