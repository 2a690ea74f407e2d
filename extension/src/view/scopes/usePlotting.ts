/** Hooks of the scopes: Plotly when it has arrived, the theme's colours, and the size of a panel. */

import { type RefObject, useEffect, useState } from "react";
import { readColours, watchColours } from "./colours";
import type { Plotly } from "./plotly";
import type { Colours, Room } from "./scope";

export type Loaded = { readonly plotly: Plotly | null; readonly problem: string };

export function usePlotly(load: () => Promise<Plotly>): Loaded {
  const [loaded, setLoaded] = useState<Loaded>({ plotly: null, problem: "" });
  useEffect(() => {
    let open = true;
    load().then(
      (plotly) => open && setLoaded({ plotly, problem: "" }),
      (error: unknown) =>
        open && setLoaded({ plotly: null, problem: error instanceof Error ? error.message : String(error) }),
    );
    return () => {
      open = false;
    };
  }, [load]);
  return loaded;
}

export function useColours(element: RefObject<Element | null>): Colours | null {
  const [colours, setColours] = useState<Colours | null>(null);
  useEffect(() => {
    const target = element.current;
    if (!target) return;
    const read = () => {
      const found = readColours(target);
      setColours((before) => (JSON.stringify(before) === JSON.stringify(found) ? before : found));
    };
    read();
    return watchColours(target, read);
  }, [element]);
  return colours;
}

/** Size of the element while it is on screen, else null: what is not seen is not drawn. */
export function useRoom(element: RefObject<Element | null>): Room | null {
  const [room, setRoom] = useState<Room | null>(null);
  useEffect(() => {
    const target = element.current;
    if (!target) return;
    let seen = false;
    const measure = () => {
      const { width, height } = target.getBoundingClientRect();
      setRoom((before) => (seen && width > 40 && height > 40 ? same(before, width, height) : null));
    };
    const sizes = new ResizeObserver(measure);
    const sight = new IntersectionObserver((entries) => {
      seen = entries.at(-1)?.isIntersecting ?? false;
      measure();
    });
    sizes.observe(target);
    sight.observe(target);
    return () => {
      sizes.disconnect();
      sight.disconnect();
    };
  }, [element]);
  return room;
}

function same(before: Room | null, width: number, height: number): Room {
  const [w, h] = [Math.round(width), Math.round(height)];
  return before?.width === w && before.height === h ? before : { width: w, height: h };
}
