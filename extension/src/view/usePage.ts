/** What commands ask of the page: to move the focus, to copy, and to put code into a cell. */
import { type RefObject, useEffect } from "react";
import type { Place } from "../commands/studio";
import { sendCode, takesCode } from "../model/host";
import { useStudio } from "./studioContext";

export function usePage(root: RefObject<HTMLElement | null>): void {
  const { page } = useStudio();
  useEffect(() => {
    // A panel that was just opened is there one frame later.
    page.focus = (place) => requestAnimationFrame(() => focusPlace(root.current, place));
    page.copy = copy;
    if (takesCode(document)) page.sendToCell = (code) => root.current !== null && sendCode(root.current, code);
    return () => {
      delete page.focus;
      delete page.copy;
      delete page.sendToCell;
    };
  }, [page, root]);
}

function focusPlace(root: HTMLElement | null, place: Place): void {
  const element = root?.querySelector<HTMLElement>(`[data-place="${place}"]`);
  element?.focus({ preventScroll: true });
  if (element instanceof HTMLInputElement) element.select();
}

/** The clipboard, or where a page may not use it, the old way by a hidden field. */
async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    document.body.appendChild(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
}
