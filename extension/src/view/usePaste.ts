/** Text pasted while the studio, and no field of it, has the focus: layers, says the kernel, or why not. */
import { type ClipboardEvent, useCallback } from "react";
import { pasteText } from "../commands/clipboard";
import { isTyping } from "../commands/keys";
import { useStudio } from "./studioContext";

export function usePaste() {
  const studio = useStudio();
  return useCallback(
    (event: ClipboardEvent) => {
      const text = event.clipboardData.getData("text/plain");
      if (isTyping(event.target as HTMLElement) || !text) return;
      event.preventDefault();
      event.stopPropagation();
      void pasteText(studio, text);
    },
    [studio],
  );
}
