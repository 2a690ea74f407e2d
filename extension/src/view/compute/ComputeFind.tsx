/** A search over all ops of the step, also those in closed groups. */
import { type KeyboardEvent, useState } from "react";
import { findOps, revealOp } from "../../commands/computation";
import { count, plural } from "../../model/format";
import type { State } from "../../store/state";
import { useRead, useStudio } from "../studioContext";

const isFinding = (state: State) => state.compute.finding;
const readFound = (state: State) => state.compute.found;

export function ComputeFind() {
  return useRead(isFinding) && <Field />;
}

function Field() {
  const studio = useStudio();
  const found = useRead(readFound);
  const [at, setAt] = useState(0);
  const [query, setQuery] = useState("");
  const leave = () => {
    studio.store.dispatch({ type: "compute-finding", open: false });
    studio.page.focus?.("compute");
  };
  const choose = (place: number) => {
    const op = found?.found[place]?.op;
    if (op) void revealOp(studio, op);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const last = (found?.found.length ?? 0) - 1;
    if (event.key === "ArrowDown") setAt(Math.min(at + 1, last));
    else if (event.key === "ArrowUp") setAt(Math.max(at - 1, 0));
    else if (event.key === "Enter") choose(at);
    else if (event.key === "Escape") leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <search className="pg-find pg-find-ops">
      <input
        type="search"
        placeholder="Find an op"
        aria-label="Find an op by name, module, shape or line"
        role="combobox"
        aria-expanded={found !== null}
        aria-controls="pg-found-ops"
        data-place="find-ops"
        value={query}
        onChange={(event) => {
          setQuery(event.target.value);
          setAt(0);
          void findOps(studio, event.target.value);
        }}
        onKeyDown={onKeyDown}
      />
      <output className="pg-quiet">{found && plural(found.count, "op")}</output>
      {found && (
        <div id="pg-found-ops" role="listbox" aria-label={`${count(found.count)} ops found`}>
          {found.found.map(({ op, title, detail }, place) => (
            <div key={op} role="option" tabIndex={-1} aria-selected={place === at}>
              <button type="button" tabIndex={-1} onClick={() => choose(place)}>
                <strong>{title}</strong> <span className="pg-quiet">{detail}</span>
              </button>
            </div>
          ))}
        </div>
      )}
    </search>
  );
}
