/** Keys inside the studio: run the command, and keep single letters from the notebook's own shortcuts. */
import { type KeyboardEvent, useCallback } from "react";
import { isPressing, isTyping, keyText } from "../commands/keys";
import { commandFor } from "../commands/registry";
import { walkInOrder } from "../commands/select";
import { useStudio } from "./studioContext";

export function useKeys() {
  const studio = useStudio();
  return useCallback(
    (event: KeyboardEvent) => {
      if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
      const target = event.target as HTMLElement;
      if (event.defaultPrevented || isTyping(target)) return;
      const keys = keyText(event);
      if (isPressing(target, keys)) return;
      const done =
        onCanvas(target) && keys.endsWith("Tab") ? walkInOrder(studio, event.shiftKey ? -1 : 1) : runKey(keys);
      if (!done) return;
      event.preventDefault();
      event.stopPropagation();

      function runKey(pressed: string): boolean {
        const command = commandFor(pressed, studio.store.getState());
        if (command) void command.run(studio);
        return command !== null;
      }
    },
    [studio],
  );
}

function onCanvas(target: HTMLElement): boolean {
  return target.dataset.place === "canvas";
}
