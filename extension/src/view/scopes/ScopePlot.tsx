/** One live plot. It asks for a turn to draw whenever its figure, its size or the theme has changed. */

import { type RefObject, useEffect, useRef } from "react";
import type { Cursor } from "../../store/state";
import { withCursor } from "./curves";
import { CONFIG, type PlotClick, type PlotElement, type Plotly } from "./plotly";
import { type Colours, type Figure, isReady, questionOf, type Room, type Scope, type ScopeData } from "./scope";
import type { Turns } from "./turns";
import { useRoom } from "./usePlotting";

type Select = (uid: string) => void;
type Point = (cursor: Cursor | null) => void;

export interface ScopePlotProps {
  readonly scope: Scope;
  readonly data: ScopeData | null;
  readonly plotly: Plotly | null;
  readonly colours: Colours | null;
  readonly turns: Turns;
  readonly onSelect: Select;
  readonly onCursor: Point;
}

export function ScopePlot({ scope, data, plotly, colours, turns, onSelect, onCursor }: ScopePlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const room = useRoom(box);
  const select = useRef(onSelect);
  select.current = onSelect;
  const point = useRef(onCursor);
  point.current = onCursor;

  const drawable = data !== null && isReady(scope, data);
  useEffect(() => {
    if (!plotly || !colours || !room || !data || !drawable) return;
    turns.ask(scope.id, () => {
      const figure = scope.figure(data, colours, room);
      if (!host.current || !figure) return;
      const layout = withCursor(scope, data, figure.layout, colours);
      draw(plotly, host.current, { ...figure, layout }, room);
      listen(host.current, scope, select, point);
    });
  }, [scope, data, plotly, colours, room, turns, drawable]);

  useEffect(() => {
    const element = host.current;
    return () => {
      turns.forget(scope.id);
      if (element && plotly) plotly.purge(element);
    };
  }, [plotly, turns, scope]);

  return (
    <div className="patchgrad-scope-plot" ref={box} role="img" aria-label={questionOf(scope, data)}>
      <div ref={host} hidden={!drawable} />
      {!drawable && <p className="patchgrad-scope-waiting">{scope.waiting}</p>}
    </div>
  );
}

function draw(plotly: Plotly, host: PlotElement, figure: Figure, room: Room): void {
  const layout = { ...figure.layout, ...room, autosize: false };
  void plotly.react(host, [...figure.data], layout, CONFIG);
}

/** Once for each plot. */
function listen(host: PlotElement, scope: Scope, select: RefObject<Select>, point: RefObject<Point>): void {
  if (host.dataset.listening) return;
  host.dataset.listening = "yes";
  host.on?.("plotly_click", (event: PlotClick) => {
    const uid = event.points[0]?.customdata;
    if (typeof uid === "string") select.current(uid);
  });
  if (!scope.overSteps) return;
  host.on?.("plotly_hover", (event: PlotClick) => {
    const step = event.points[0]?.x;
    if (typeof step === "number") point.current({ step, from: scope.id });
  });
  host.on?.("plotly_unhover", () => point.current(null));
}
