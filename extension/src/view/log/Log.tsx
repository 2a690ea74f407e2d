/** Every edit: its Python twin, what became of it, and its receipt. Newest first. */
import { rewindEdit } from "../../commands/goBack";
import { showScript } from "../../commands/showScript";
import { copyScript } from "../../commands/source";
import type { LogEntry } from "../../protocol/messages";
import type { State } from "../../store/state";
import { CommandButton } from "../parts/CommandButton";
import { CopyButton } from "../parts/CopyButton";
import { Icon } from "../parts/Icon";
import { useRead, useStudio } from "../studioContext";

const readLog = (state: State) => state.log;
const STATUS = { queued: "waits for the boundary", applied: "applied", refused: "refused" } as const;

export function Log() {
  const studio = useStudio();
  const entries = useRead(readLog);
  return (
    <section className="pg-panel pg-log" aria-label="Log of edits">
      <header>
        <h3>Log</h3>
        <button
          type="button"
          className="pg-button"
          title="Copy all edits as a script"
          onClick={() => copyScript(studio)}
        >
          <Icon name="copy" />
          <span>Copy script</span>
        </button>
        <CommandButton command={showScript} icon="code" text="Show" />
      </header>
      {entries.length === 0 && (
        <p className="pg-hint">Each edit appears here with the line of Python that does the same.</p>
      )}
      <ol data-place="log">
        {[...entries].reverse().map((entry) => (
          <Entry key={entry.number} entry={entry} />
        ))}
      </ol>
    </section>
  );
}

function Entry({ entry }: { readonly entry: LogEntry }) {
  return (
    <li className="pg-entry" data-status={entry.status}>
      <div className="pg-entry-head">
        <span className="pg-number">{entry.number}</span>
        <strong>{entry.title}</strong>
        <span className="pg-quiet">step {entry.step}</span>
      </div>
      <div className="pg-entry-code">
        <code>{entry.python}</code>
        <CopyButton text={entry.python} label="Copy this line" small />
        {entry.rewindable && <RewindButton entry={entry} />}
      </div>
      <p className="pg-quiet">
        <span className="pg-status">{STATUS[entry.status]}</span>
        {entry.author === "code" && " · from code"}
        {entry.receipt && <span className="pg-receipt"> · {entry.receipt}</span>}
      </p>
      {entry.effect && <p className="pg-effect">{entry.effect}</p>}
    </li>
  );
}

function RewindButton({ entry }: { readonly entry: LogEntry }) {
  const studio = useStudio();
  return (
    <button
      type="button"
      className="pg-button pg-small"
      title="Rewind to before this edit"
      aria-label={`Rewind to before edit ${entry.number}, ${entry.title}`}
      onClick={() => rewindEdit(studio, entry.number)}
    >
      <Icon name="rewind" />
    </button>
  );
}
