/** The marks, newest first: those with a name, and those in front of the last edits. */
import { type FormEvent, useState } from "react";
import { rewindTo } from "../../commands/goBack";
import { forgetMark, makeMark } from "../../commands/marks";
import { count } from "../../model/format";
import type { State } from "../../store/state";
import { useRead, useStudio } from "../studioContext";
import { RowButton } from "./RowButton";

const readMarks = (state: State) => state.timeline.marks;

export function Marks() {
  const marks = useRead(readMarks);
  return (
    <>
      <NewMark />
      {marks.length === 0 && (
        <p className="pg-hint">A mark keeps graph, weights and data place. Each edit makes one too.</p>
      )}
      <ul className="pg-mark-list">
        {[...marks].reverse().map((mark) => (
          <li key={`${mark.branch}/${mark.step}/${mark.name}`} data-own={mark.own}>
            <Mark name={mark.name} step={mark.step} own={mark.own} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Mark({ name, step, own }: { readonly name: string; readonly step: number; readonly own: boolean }) {
  const studio = useStudio();
  return (
    <>
      <span className="pg-mark-name">{name}</span>
      {name !== `step ${step}` && <span className="pg-quiet">step {count(step)}</span>}
      <RowButton icon="rewind" label={`Rewind to ${name}`} onClick={() => rewindTo(studio, name)} />
      {!own && <RowButton icon="trash" label={`Forget ${name}`} onClick={() => forgetMark(studio, name)} />}
    </>
  );
}

function NewMark() {
  const studio = useStudio();
  const [name, setName] = useState("");
  const make = (event: FormEvent) => {
    event.preventDefault();
    void makeMark(studio, name.trim() || null);
    setName("");
  };
  return (
    <form className="pg-new-mark" onSubmit={make}>
      <input
        value={name}
        placeholder="Name of a new mark"
        aria-label="Name of a new mark"
        onChange={(event) => setName(event.target.value)}
      />
      <button type="submit" className="pg-button">
        Mark
      </button>
    </form>
  );
}
