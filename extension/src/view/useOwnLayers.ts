/** Tells the page around which layers of the user's own there are: JupyterLab's palette lists them too. */
import { type RefObject, useEffect } from "react";
import { OWN_FAMILY, OWN_LAYERS, SAVED_FAMILY } from "../model/host";
import type { KindView, TemplateView } from "../protocol/messages";
import type { State } from "../store/state";
import { useRead } from "./studioContext";

const readCatalogue = (state: State) => state.catalogue;
const readTemplates = (state: State) => state.templates;

export function useOwnLayers(root: RefObject<HTMLElement | null>): void {
  const catalogue = useRead(readCatalogue);
  const templates = useRead(readTemplates);
  useEffect(() => {
    if (!catalogue.length) return;
    const own = catalogue.filter(({ family }) => family === OWN_FAMILY);
    const detail = [...templates.filter((template) => template.own).map(savedKind), ...own];
    root.current?.dispatchEvent(new CustomEvent(OWN_LAYERS, { detail, bubbles: true }));
  }, [root, catalogue, templates]);
}

function savedKind({ name, help }: TemplateView): KindView {
  const source = `pg.edit.add(${JSON.stringify(name)})`;
  return { kind: name, family: SAVED_FAMILY, help, inputs: [], outputs: [], fields: [], source };
}
