/** Layers that a palette outside of the studio (JupyterLab's sidebar) adds without a drag. */
import { type RefObject, useEffect } from "react";
import { putTemplate } from "../commands/clipboard";
import { insertAtSelection } from "../commands/drag";
import { ADD_LAYER, type DraggedLayer } from "../model/layerDrag";
import { useStudio } from "./studioContext";

export function useAddLayer(root: RefObject<HTMLElement | null>): void {
  const studio = useStudio();
  useEffect(() => {
    const element = root.current;
    const add = (event: Event) => {
      event.preventDefault(); // the layer has found its place
      const layer = (event as CustomEvent<DraggedLayer>).detail;
      const saved = studio.store.getState().templates.find(({ name }) => name === layer.kind);
      void (saved ? putTemplate(studio, saved) : insertAtSelection(studio, { type: "layer", ...layer }));
    };
    element?.addEventListener(ADD_LAYER, add);
    return () => element?.removeEventListener(ADD_LAYER, add);
  }, [studio, root]);
}
