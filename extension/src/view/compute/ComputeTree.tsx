/** What ran, as a tree: the outline beside the canvas, and what a screen reader walks through. */
import { memo, useCallback, useMemo } from "react";
import { describeBox, toggleSelected, visitBox } from "../../commands/computation";
import { computeOrder, isOpenFrame, type TreeEntry } from "../../model/computeOrder";
import { duration } from "../../model/quantities";
import type { State } from "../../store/state";
import { useRead, useStudio } from "../studioContext";

const readGraph = (state: State) => state.compute.graph;

export function ComputeTree() {
  const graph = useRead(readGraph);
  const order = useMemo(() => computeOrder(graph), [graph]);
  const places = useMemo(() => new Map(graph.boxes.map((box, place) => [box.id, place])), [graph]);
  return (
    <nav className="pg-panel pg-outline" aria-label="Outline of the computation">
      <div role="tree" aria-label="What ran, in order">
        {order.map((entry) => (
          <Row key={entry.id} entry={entry} place={places.get(entry.id) ?? -1} />
        ))}
      </div>
    </nav>
  );
}

interface Props {
  readonly entry: TreeEntry;
  readonly place: number;
}

const Row = memo(function Row({ entry: { id, level, one }, place }: Props) {
  const studio = useStudio();
  const selected = useRead(useCallback((state: State) => state.compute.selected === id, [id]));
  const lit = useRead(useCallback((state: State) => state.compute.lit.has(id), [id]));
  const seconds = useRead(useCallback((state: State) => duration(state.compute.times?.[place]), [place]));
  const open = isOpenFrame(one);
  const opens = open || one.opens !== "";
  const choose = () => {
    visitBox(studio, id);
    if (selected) void toggleSelected(studio);
  };
  return (
    <div
      tabIndex={-1}
      id={`pg-tree-${id}`}
      role="treeitem"
      aria-level={level}
      aria-expanded={opens ? open : undefined}
      aria-selected={selected}
      aria-label={describeBox(one)}
    >
      <button
        type="button"
        tabIndex={-1}
        style={{ paddingLeft: 4 + 10 * (level - 1) }}
        data-lit={lit}
        data-kind={open ? "frame" : one.kind}
        onClick={choose}
      >
        <span className="pg-outline-sign" aria-hidden="true">
          {opens ? (open ? "−" : "+") : ""}
        </span>
        <span className="pg-outline-name">{one.title}</span>
        <span className="pg-quiet">{seconds}</span>
      </button>
    </div>
  );
});
