/** Keys inside the studio: run the command, and keep single letters from the notebook's own shortcuts. */
import { type KeyboardEvent, useCallback } from "react";
import { isPressing, isTyping, keyText } from "../commands/keys";
import { commandFor, isOurs } from "../commands/registry";
import { walkInOrder } from "../commands/select";
import { useStudio } from "./studioContext";

export function useKeys() {
  const studio = useStudio();
  return useCallback(
    (event: KeyboardEvent) => {
      if (!event.ctrlKey && !event.metaKey && !heldAlone(event)) event.stopPropagation();
      const target = event.target as HTMLElement;
      if (event.defaultPrevented || isTyping(target)) return;
      const keys = keyText(event);
      if (isPressing(target, keys)) return;
      if (keys === "Ctrl+C" && !target.ownerDocument.getSelection()?.isCollapsed) return; // text is to be copied
      const command = commandFor(keys, studio.store.getState());
      if (command?.byBrowser) return event.stopPropagation();
      const done =
        onCanvas(target) && keys.endsWith("Tab") ? walkInOrder(studio, event.shiftKey ? -1 : 1) : isOurs(keys);
      if (!done) return;
      event.preventDefault();
      event.stopPropagation();
      void command?.run(studio);
    },
    [studio],
  );
}

/** Shift held for a box of the mouse: the canvas listens for it on the whole page. */
function heldAlone({ key }: KeyboardEvent): boolean {
  return key === "Shift" || key === "Alt";
}

function onCanvas(target: HTMLElement): boolean {
  return target.dataset.place === "canvas";
}
