/** A search over the layers of the canvas: by name, kind or setting. Enter goes from one to the next. */
import { type KeyboardEvent, useMemo, useState } from "react";
import { visit } from "../../commands/select";
import { findLayers } from "../../model/findLayers";
import type { State } from "../../store/state";
import { useRead, useStudio } from "../studioContext";

const isFinding = (state: State) => state.layout.finding;
const readGraph = (state: State) => state.graph;

export function Find() {
  return useRead(isFinding) && <Field />;
}

function Field() {
  const studio = useStudio();
  const graph = useRead(readGraph);
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(-1);
  const found = useMemo(() => findLayers(graph, query), [graph, query]);
  const go = (next: number) => {
    const place = (next + found.length) % found.length;
    const uid = found[place];
    if (!uid) return;
    setAt(place);
    visit(studio, uid);
  };
  const leave = () => {
    studio.store.dispatch({ type: "find-toggled", open: false });
    studio.page.focus?.("canvas");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") go(at + (event.shiftKey ? -1 : 1));
    else if (event.key === "Escape") leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <search className="pg-find">
      <input
        type="search"
        placeholder="Find a layer"
        aria-label="Find a layer by name, kind or setting"
        data-place="find"
        value={query}
        onChange={(event) => {
          setQuery(event.target.value);
          setAt(-1);
        }}
        onKeyDown={onKeyDown}
      />
      <output className="pg-quiet">{query && words(at, found.length)}</output>
    </search>
  );
}

function words(at: number, found: number): string {
  if (!found) return "none";
  return at < 0 ? `${found} found, Enter` : `${at + 1} of ${found}`;
}
