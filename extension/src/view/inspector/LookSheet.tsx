/** The picture of a closer look, drawn by Plotly in the colours of the theme. */
import { useCallback, useEffect, useRef, useState } from "react";
import type { Looked } from "../../protocol/messages";
import { nodeName } from "../../store/selectors";
import type { State } from "../../store/state";
import { loadPlots } from "../loadPlots";
import { Dialog } from "../parts/Dialog";
import { CONFIG } from "../scopes/plotly";
import { SaveMenu } from "../scopes/SaveMenu";
import type { Trace } from "../scopes/scope";
import { useColours, usePlotly } from "../scopes/usePlotting";
import { useRead, useStudio } from "../studioContext";

const readLooked = (state: State) => state.looked;

export function LookSheet() {
  const { store } = useStudio();
  const looked = useRead(readLooked);
  if (!looked) return null;
  return (
    <Dialog title={looked.title} onClose={() => store.dispatch({ type: "looked", looked: null })}>
      <Picture looked={looked} />
    </Dialog>
  );
}

const HEIGHT = 400;

function Picture({ looked }: { readonly looked: Looked }) {
  const studio = useStudio();
  const root = useRef<HTMLElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const load = useCallback(() => loadPlots(studio.kernel, studio.store.getState().code.plots ?? ""), [studio]);
  const { plotly, problem } = usePlotly(load);
  const colours = useColours(root);
  const [drawn, setDrawn] = useState<ReturnType<typeof figureOf> | null>(null);
  const name = useRead(useCallback((state: State) => nodeName(state, looked.node), [looked.node]));
  useEffect(() => {
    const element = host.current;
    if (!plotly || !colours || !element) return;
    const figure = figureOf(looked, colours.text, colours.grid, element.clientWidth);
    void plotly.react(element, figure.data, figure.layout, CONFIG);
    setDrawn(figure);
    return () => plotly.purge(element);
  }, [plotly, colours, looked]);
  return (
    <section className="patchgrad-scopes pg-look" ref={root} aria-label={`${looked.title} ${name}`}>
      {problem && <p className="pg-hint">The picture could not be drawn: {problem}</p>}
      <div ref={host} style={{ height: HEIGHT }} role="img" aria-label={looked.title} />
      {plotly && colours && drawn && <SaveMenu {...{ plotly, colours }} title={looked.title} figure={() => drawn} />}
    </section>
  );
}

function figureOf(looked: Looked, text: string, grid: string, width: number) {
  const { data, layout } = looked.figure as { data: Trace[]; layout: Record<string, object | undefined> };
  const axis = { color: text, gridcolor: grid, zerolinecolor: grid, linecolor: grid };
  return {
    data,
    layout: {
      ...layout,
      width,
      height: HEIGHT,
      font: { ...layout.font, color: text },
      margin: { l: 56, r: 16, t: 24, b: 48 },
      xaxis: { ...layout.xaxis, ...axis },
      yaxis: { ...layout.yaxis, ...axis },
    },
  };
}
