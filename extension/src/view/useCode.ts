/** Code and picture point at each other, where the host has cells: see `model/host.ts`. */
import { type RefObject, useEffect } from "react";
import { lightLine } from "../commands/computation";
import { CURSOR_LINE, type CursorLine, showCode } from "../model/host";
import { useStudio } from "./studioContext";

export function useCode(root: RefObject<HTMLElement | null>): void {
  const studio = useStudio();
  useEffect(() => {
    studio.page.showCode = (place) => {
      if (root.current) showCode(root.current, place);
    };
    const hear = (event: Event) => {
      const { line, text } = (event as CustomEvent<CursorLine>).detail;
      void lightLine(studio, line, text);
    };
    document.addEventListener(CURSOR_LINE, hear);
    return () => {
      delete studio.page.showCode;
      document.removeEventListener(CURSOR_LINE, hear);
    };
  }, [studio, root]);
}
