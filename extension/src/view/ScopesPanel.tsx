/** The scopes, fed from the store. */
import { useCallback, useMemo } from "react";
import { visit } from "../commands/select";
import type { BranchView } from "../protocol/messages";
import type { Cursor, State } from "../store/state";
import { BRANCH_COLOURS } from "./history/branchColours";
import { loadPlots } from "./loadPlots";
import { Scopes } from "./scopes/Scopes";
import type { BranchLine } from "./scopes/scope";
import { useRead, useStudio } from "./studioContext";

const readFrame = (state: State) => state.frame;
const readChosen = (state: State) => state.selection.nodes;

const readCursor = (state: State) => state.cursor;
const readTimeline = (state: State) => state.timeline;
const readShown = ({ quantities, overlay }: State) => quantities.find((known) => known.name === overlay.quantity);

function lineOf({ number, name }: BranchView): BranchLine {
  return { number, name, colour: BRANCH_COLOURS[number % BRANCH_COLOURS.length] ?? BRANCH_COLOURS[0] };
}

export function ScopesPanel() {
  const studio = useStudio();
  const frame = useRead(readFrame);
  const chosen = useRead(readChosen);
  const load = useCallback(() => loadPlots(studio.kernel, studio.store.getState().code.plots ?? ""), [studio]);
  const select = useCallback((uid: string) => visit(studio, uid), [studio]);
  const cursor = useRead(readCursor);
  const { branches } = useRead(readTimeline);
  const lines = useMemo(() => branches.filter((branch) => !branch.current).map(lineOf), [branches]);
  const shown = useRead(readShown);
  const move = useCallback(
    (to: Cursor | null) => studio.store.dispatch({ type: "cursor-moved", cursor: to }),
    [studio],
  );
  return (
    <div className="pg-scopes">
      <Scopes
        {...{ frame, chosen, cursor }}
        branches={lines}
        shownQuestion={shown && !shown.distribution ? shown.question : ""}
        shownUnit={shown?.unit ?? ""}
        loadPlots={load}
        onSelect={select}
        onCursor={move}
      />
    </div>
  );
}
