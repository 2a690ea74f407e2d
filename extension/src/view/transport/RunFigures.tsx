/** State in words, step, speed and loss. */
import { open } from "../../commands/lifecycle";
import { count, exact, figure } from "../../model/format";
import { RUN_WORDS } from "../../model/runWords";
import type { RunView } from "../../protocol/messages";
import type { State } from "../../store/state";
import { useRead, useStudio } from "../studioContext";

const readRun = (state: State) => state.run;
const readConnection = (state: State) => state.connection;
const readPending = (state: State) => state.graph.pending;
const CONNECTION = { opening: "Connecting", lost: "No connection" } as const;

export function RunFigures() {
  const studio = useStudio();
  const run = useRead(readRun);
  const connection = useRead(readConnection);
  const pending = useRead(readPending);
  const words = connection === "open" ? RUN_WORDS[run.state] : CONNECTION[connection];
  return (
    <div className="pg-figures">
      <span className="pg-state" data-state={connection === "open" ? run.state : connection} title={run.problem}>
        {words}
      </span>
      {connection === "lost" && (
        <button type="button" className="pg-button pg-small" onClick={() => void open(studio)}>
          Connect again
        </button>
      )}
      <Figure label="step" value={run.total === null ? exact(run.step) : `${exact(run.step)} / ${count(run.total)}`} />
      <Figure label="epoch" value={String(run.epoch)} />
      <Figure label="loss" value={figure(run.loss)} />
      {run.rate !== null && <Figure label="rate" value={figure(run.rate)} title="Learning rate of the next step" />}
      <Figure label="steps/s" value={run.stepsPerSecond ? figure(run.stepsPerSecond) : "–"} title={howComputed(run)} />
      {pending > 0 && <span className="pg-pending">{pending === 1 ? "1 edit waits" : `${pending} edits wait`}</span>}
    </div>
  );
}

/** Whether steps are replayed from a recording, and if not, why. */
function howComputed(run: RunView): string {
  return run.eagerBecause
    ? `The last step was not replayed: ${run.eagerBecause}`
    : "Steps are replayed from a recording";
}

interface FigureProps {
  readonly label: string;
  readonly value: string;
  readonly title?: string;
}

function Figure({ label, value, title }: FigureProps) {
  return (
    <span className="pg-figure" data-figure={label} title={title}>
      <span className="pg-quiet">{label}</span> <output>{value}</output>
    </span>
  );
}
