/** The scopes: live plots as tabs, or side by side where there is room. Each is titled by its question. */

import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import type { Cursor, FrameState } from "../../store/state";
import { SCOPES } from "./allScopes";
import { wantsLog } from "./axes";
import type { Plotly } from "./plotly";
import { SaveMenu } from "./SaveMenu";
import { ScopePlot } from "./ScopePlot";
import { type BranchLine, isReady, questionOf, type Scope, type ScopeData } from "./scope";
import { summary } from "./summary";
import { drawTurns, pageClock, type Turns } from "./turns";
import { useColours, usePlotly } from "./usePlotting";

export interface ScopesProps {
  readonly frame: FrameState | null;
  /** Uids of the layers selected on the canvas. */
  readonly chosen: readonly string[];
  /** Brings Plotly; must be the same function from render to render. */
  readonly loadPlots: () => Promise<Plotly>;
  readonly onSelect: (uid: string) => void;
  readonly onCursor: (cursor: Cursor | null) => void;
  readonly cursor: Cursor | null;
  readonly branches: readonly BranchLine[];
  readonly shownQuestion: string;
  readonly shownUnit: string;
}

export function Scopes(props: ScopesProps) {
  const { frame, chosen, cursor, branches, shownQuestion, shownUnit, loadPlots, onSelect, onCursor } = props;
  const root = useRef<HTMLElement>(null);
  const { plotly, problem } = usePlotly(loadPlots);
  const colours = useColours(root);
  const turns = useTurns();
  const [tab, setTab] = useState<Scope["id"]>("loss");
  const [together, setTogether] = useState(false);
  const id = useId();
  const [log, setLog] = useState<boolean | null>(null);
  const [smooth, setSmooth] = useState(true);
  const data = useMemo<ScopeData | null>(
    () => frame && { ...frame, chosen, cursor, branches, shownQuestion, shownUnit, log, smooth },
    [frame, chosen, cursor, branches, shownQuestion, shownUnit, log, smooth],
  );
  const seen = (scope: Scope) => (together ? scope.id !== "overtime" || shownQuestion !== "" : scope.id === tab);
  const shown = SCOPES.filter(seen);
  const isLog = log ?? wantsLog(data?.arrays["loss.value"]?.data ?? []);
  return (
    <section className="patchgrad-scopes" ref={root} aria-label="Scopes">
      <header className="patchgrad-scopes-bar">
        {!together && <Tabs id={id} tab={tab} onTab={setTab} />}
        <div className="patchgrad-scopes-tools">
          <button type="button" aria-pressed={isLog} onClick={() => setLog(!isLog)}>
            Log scale
          </button>
          <button type="button" aria-pressed={smooth} onClick={() => setSmooth(!smooth)}>
            Smooth
          </button>
          <button type="button" aria-pressed={together} onClick={() => setTogether(!together)}>
            Side by side
          </button>
        </div>
      </header>
      {problem && <p className="patchgrad-scope-waiting">The plots could not be loaded: {problem}</p>}
      <div className={together ? "patchgrad-scopes-grid" : "patchgrad-scopes-single"}>
        {shown.map((scope) => (
          <div
            key={scope.id}
            className="patchgrad-scope"
            {...(together ? {} : { role: "tabpanel", id: `${id}-panel`, "aria-labelledby": `${id}-${scope.id}` })}
          >
            <div className="patchgrad-scope-head">
              <h3>{questionOf(scope, data)}</h3>
              {plotly && colours && data && isReady(scope, data) && (
                <SaveMenu
                  {...{ plotly, colours }}
                  title={questionOf(scope, data)}
                  figure={() => scope.figure(data, colours, SAVED)}
                />
              )}
            </div>
            <p className="patchgrad-scope-reading" title={scope.reading}>
              {scope.reading}
            </p>
            <ScopePlot {...{ scope, data, plotly, colours, turns, onSelect, onCursor }} />
          </div>
        ))}
      </div>
      {data && <InWords data={data} />}
    </section>
  );
}

/** Room of a plot in a file. */
const SAVED = { width: 960, height: 540 } as const;

interface TabsProps {
  readonly id: string;
  readonly tab: Scope["id"];
  readonly onTab: (tab: Scope["id"]) => void;
}

/** Arrow keys walk the tabs, as in every tab list. */
function Tabs({ id, tab, onTab }: TabsProps) {
  const walk = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = SCOPES.findIndex((scope) => scope.id === tab);
    const next = SCOPES.at((at + step) % SCOPES.length);
    if (!next) return;
    onTab(next.id);
    event.currentTarget.querySelector<HTMLElement>(`[data-scope="${next.id}"]`)?.focus();
  };
  return (
    <div role="tablist" aria-label="Scopes" onKeyDown={walk}>
      {SCOPES.map((scope) => (
        <button
          key={scope.id}
          type="button"
          role="tab"
          id={`${id}-${scope.id}`}
          data-scope={scope.id}
          aria-selected={scope.id === tab}
          aria-controls={`${id}-panel`}
          tabIndex={scope.id === tab ? 0 : -1}
          title={scope.question}
          onClick={() => onTab(scope.id)}
        >
          {scope.label}
        </button>
      ))}
    </div>
  );
}

/** The same figures as a table, off screen. */
function InWords({ data }: { readonly data: ScopeData }) {
  return (
    <table className="patchgrad-scopes-words" aria-label="The scopes in words">
      <tbody>
        {summary(data).map((row) => (
          <tr key={row.label}>
            <th scope="row">{row.label}</th>
            <td>{row.value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Draw turns that live as long as the panel. */
function useTurns(): Turns {
  const turns = useMemo(() => drawTurns(pageClock(), { interval: 100, share: 0.3, onDrawn: reportDraw }), []);
  useEffect(() => turns.stop, [turns]);
  return turns;
}

/** For whoever observes the page's performance timeline; nothing is kept in it. */
function reportDraw(scope: string, duration: number): void {
  const name = `patchgrad:scope:${scope}`;
  performance.measure(name, { start: performance.now() - duration, duration });
  performance.clearMeasures(name);
}
