/** A notebook that is opened without its kernel shows the saved picture of a studio in the place of an error. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { asNotebook, type NotebookPanel } from "./notebookPanel";

const PICTURE = "image/svg+xml";
/** ipywidgets tells only in words that it has nothing to show. */
const MISSING = "Error displaying widget";
/** It has tried to find the widgets by then. */
const LOOKS_MS = [1000, 2000, 4000, 8000, 15_000];

export const saved: JupyterFrontEndPlugin<void> = {
  id: "patchgrad-lab:saved",
  description: "Shows the saved picture of a studio whose kernel is gone.",
  autoStart: true,
  activate({ shell, restored }: JupyterFrontEnd) {
    const known = new WeakSet<NotebookPanel>();
    const serve = () => {
      for (const widget of shell.widgets("main")) {
        const panel = asNotebook(widget);
        if (!panel || known.has(panel)) continue;
        known.add(panel);
        for (const wait of LOOKS_MS) setTimeout(() => panel.isDisposed || showPictures(panel), wait);
      }
    };
    shell.currentChanged?.connect(serve);
    void restored.then(serve);
  },
};

function showPictures({ content }: NotebookPanel): void {
  for (const { node, model } of content.widgets) {
    const outputs = model.outputs?.toJSON() ?? [];
    const places = node.querySelectorAll(".jp-OutputArea-child .jp-OutputArea-output");
    outputs.forEach(({ data }, number) => {
      const place = places[number];
      const picture = data?.[PICTURE];
      if (place?.textContent?.startsWith(MISSING) && picture) place.replaceChildren(drawn(picture));
    });
  }
}

/** As an image, in which no script runs. */
function drawn(picture: string | readonly string[]): HTMLImageElement {
  const image = document.createElement("img");
  const text = typeof picture === "string" ? picture : picture.join("");
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  image.alt = /aria-label="([^"]*)"/.exec(text)?.[1] ?? "";
  image.className = "patchgrad-saved";
  return image;
}
