/** What had the focus may go: a button with the panel of a removed layer, or switched off by what it did. The canvas then
 * takes the focus, so that the next key still reaches the studio. */
import { type RefObject, useEffect } from "react";
import { useStudio } from "./studioContext";

export function useFocusKept(root: RefObject<HTMLElement | null>): void {
  const { store } = useStudio();
  useEffect(() => {
    const element = root.current;
    if (!element) return;
    let inside = false;
    const enter = () => {
      inside = true;
    };
    /** Only a move to elsewhere is meant; what was taken away leaves to nowhere. */
    const leave = ({ relatedTarget }: FocusEvent) => {
      if (relatedTarget && !element.contains(relatedTarget as Node)) inside = false;
    };
    const press = (event: Event) => {
      if (!event.composedPath().includes(element)) inside = false;
    };
    const look = () =>
      requestAnimationFrame(() => {
        const { activeElement } = element.getRootNode() as Document | ShadowRoot;
        const lost = activeElement === null || activeElement === element.ownerDocument.body;
        if (inside && lost) element.querySelector<HTMLElement>('[data-place="canvas"]')?.focus({ preventScroll: true });
      });
    element.addEventListener("focusin", enter);
    element.addEventListener("focusout", leave);
    element.ownerDocument.addEventListener("pointerdown", press, true);
    const forget = store.subscribe(look);
    return () => {
      element.removeEventListener("focusin", enter);
      element.removeEventListener("focusout", leave);
      element.ownerDocument.removeEventListener("pointerdown", press, true);
      forget();
    };
  }, [root, store]);
}
