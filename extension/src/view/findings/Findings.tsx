/** What is wrong with the training, in plain words, and what may help. */
import { applyCure, showFinding } from "../../commands/findings";
import { figure } from "../../model/format";
import type { FindingView } from "../../protocol/messages";
import { openFindings } from "../../store/selectors";
import type { State } from "../../store/state";
import { useRead, useStudio } from "../studioContext";

const readAll = (state: State) => state.findings;
const readPutAway = (state: State) => state.putAway;

const readPlan = (state: State) => state.frame?.plan ?? "";

export function Findings() {
  const all = useRead(readAll);
  const putAway = useRead(readPutAway);
  const open = useRead(openFindings);
  const plan = useRead(readPlan);
  const away = all.filter((finding) => putAway.has(finding.rule));
  return (
    <section className="pg-panel pg-findings" aria-label="Findings">
      <h3>What is wrong</h3>
      {open.length === 0 && (
        <p className="pg-hint">Nothing found. The training is looked at every few seconds while it runs.</p>
      )}
      <ul>
        {open.map((finding) => (
          <FindingCard key={finding.rule} finding={finding} />
        ))}
      </ul>
      {away.length > 0 && <PutAway findings={away} />}
      {plan && <p className="pg-hint">Looked at: {plan}.</p>}
    </section>
  );
}

function FindingCard({ finding }: { readonly finding: FindingView }) {
  const studio = useStudio();
  return (
    <li className="pg-finding" data-rule={finding.rule}>
      <h4>{finding.title}</h4>
      <p>{finding.explanation}</p>
      <Facts finding={finding} />
      {finding.cure && (
        <button
          type="button"
          className="pg-button pg-cure"
          title={finding.curePython}
          onClick={() => void applyCure(studio, finding)}
        >
          {finding.cureTitle}
        </button>
      )}
      <div className="pg-finding-foot">
        {finding.nodes.length > 0 && (
          <button type="button" className="pg-button pg-small" onClick={() => void showFinding(studio, finding)}>
            Show me
          </button>
        )}
        <button
          type="button"
          className="pg-button pg-small"
          aria-label={`Put away: ${finding.title}`}
          onClick={() => studio.store.dispatch({ type: "finding-put-away", rule: finding.rule, away: true })}
        >
          Put away
        </button>
      </div>
    </li>
  );
}

function Facts({ finding: { evidence, threshold, layers, source } }: { readonly finding: FindingView }) {
  return (
    <dl className="pg-finding-facts">
      {Object.entries(evidence).map(([name, value]) => (
        <Fact key={name} name={name} value={figure(value)} strong />
      ))}
      {threshold && <Fact name="limit" value={threshold} />}
      {layers.length > 0 && <Fact name="where" value={inShort(layers)} />}
      {source && <Fact name="source" value={source} />}
    </dl>
  );
}

interface FactProps {
  readonly name: string;
  readonly value: string;
  readonly strong?: boolean;
}

function Fact({ name, value, strong = false }: FactProps) {
  return (
    <div data-strong={strong}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

const MOST_NAMES = 6;

function inShort(names: readonly string[]): string {
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : "";
  return names.slice(0, MOST_NAMES).join(", ") + more;
}

function PutAway({ findings }: { readonly findings: readonly FindingView[] }) {
  const { store } = useStudio();
  return (
    <details className="pg-put-away">
      <summary>Put away ({findings.length})</summary>
      <ul>
        {findings.map(({ rule, title }) => (
          <li key={rule}>
            <span>{title}</span>
            <button
              type="button"
              className="pg-button pg-small"
              aria-label={`Bring back: ${title}`}
              onClick={() => store.dispatch({ type: "finding-put-away", rule, away: false })}
            >
              Bring back
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
