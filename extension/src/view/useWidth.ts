/** On a narrow field the panels become tabs. */
import { type RefObject, useEffect } from "react";
import { useStudio } from "./studioContext";

const NARROW = 700;

export function useWidth(root: RefObject<HTMLElement | null>): void {
  const { store } = useStudio();
  useEffect(() => {
    if (!root.current) return;
    const observer = new ResizeObserver(([entry]) => {
      const width = entry?.contentRect.width ?? 0;
      if (width > 0) store.dispatch({ type: "width-changed", narrow: width <= NARROW });
    });
    observer.observe(root.current);
    return () => observer.disconnect();
  }, [root, store]);
}
