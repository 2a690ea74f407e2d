/** Every layer kind, by family. Drag one onto an edge, tap it and then a place, or press Enter. */
import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import { insertAtSelection } from "../../commands/drag";
import { searchKinds } from "../../model/searchKinds";
import type { KindView } from "../../protocol/messages";
import { selectedEdge, selectedNode } from "../../store/selectors";
import type { State } from "../../store/state";
import { useRead, useStudio } from "../studioContext";
import { PaletteItem } from "./PaletteItem";
import { Templates } from "./Templates";

const readCatalogue = (state: State) => state.catalogue;
const heldKind = (state: State) => (state.drag?.moving.type === "layer" ? state.drag.moving.kind : null);

export function Palette() {
  const studio = useStudio();
  const catalogue = useRead(readCatalogue);
  const held = useRead(heldKind);
  const [query, setQuery] = useState("");
  const list = useRef<HTMLDivElement>(null);
  const families = useMemo(() => searchKinds(catalogue, query), [catalogue, query]);
  const insert = (kind: KindView) => void insertAtSelection(studio, { type: "layer", kind: kind.kind });

  const onSearchKey = (event: KeyboardEvent) => {
    const first = families[0]?.kinds[0];
    if (event.key === "Enter" && first) insert(first);
    else if (event.key === "ArrowDown") focusItem(list.current, 0);
    else if (event.key === "Escape") leaveSearch(query, setQuery, () => studio.page.focus?.("canvas"));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <section className="pg-panel pg-palette" aria-label="Palette of layers">
      <input
        type="search"
        placeholder="Search layers"
        aria-label="Search layers"
        title="Search layers (/)"
        data-place="palette-search"
        value={query}
        onChange={(event) => setQuery(event.target.value)}
        onKeyDown={onSearchKey}
      />
      <WhereNext />
      <div className="pg-palette-list" ref={list}>
        <Templates query={query} />
        {families.map((family) => (
          <section key={family.name} aria-label={family.name}>
            <h4>{family.name}</h4>
            {family.kinds.map((kind) => (
              <PaletteItem
                key={kind.kind}
                kind={kind}
                held={held === kind.kind}
                onInsert={insert}
                onWalk={(step) => walkItems(list.current, kind, step)}
              />
            ))}
          </section>
        ))}
        {families.length === 0 && <p className="pg-hint">No layer has “{query}” in its name or help.</p>}
      </div>
    </section>
  );
}

/** Where Enter would put a layer. */
function WhereNext() {
  const where = useRead(whereNext);
  return <p className="pg-hint pg-where">{where}</p>;
}

function whereNext(state: State): string {
  const edge = selectedEdge(state);
  const node = selectedNode(state);
  if (edge) return "Enter inserts on the selected edge.";
  if (node) return `Enter inserts behind ${node.name}.`;
  return "Drag onto an edge, or click and then click a place.";
}

function leaveSearch(query: string, setQuery: (query: string) => void, leave: () => void): void {
  if (query) setQuery("");
  else leave();
}

function items(list: HTMLElement | null): HTMLElement[] {
  return [...(list?.querySelectorAll<HTMLElement>("[data-kind]") ?? [])];
}

function focusItem(list: HTMLElement | null, index: number): void {
  items(list).at(index)?.focus();
}

/** Arrows walk the list; from the first one up leads back to the search. */
function walkItems(list: HTMLElement | null, from: KindView, step: 1 | -1): void {
  const all = items(list);
  const next = all.findIndex((item) => item.dataset.kind === from.kind) + step;
  if (next < 0) list?.parentElement?.querySelector("input")?.focus();
  else all[next]?.focus();
}
