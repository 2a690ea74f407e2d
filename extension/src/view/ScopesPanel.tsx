/** The scopes, fed from the store. */
import { useCallback } from "react";
import { visit } from "../commands/select";
import type { State } from "../store/state";
import { loadPlots } from "./loadPlots";
import { Scopes } from "./scopes/Scopes";
import { useRead, useStudio } from "./studioContext";

const readFrame = (state: State) => state.frame;
const readChosen = (state: State) => state.selection.nodes;

export function ScopesPanel() {
  const studio = useStudio();
  const frame = useRead(readFrame);
  const chosen = useRead(readChosen);
  const load = useCallback(() => loadPlots(studio.kernel, studio.store.getState().code.plots ?? ""), [studio]);
  const select = useCallback((uid: string) => visit(studio, uid), [studio]);
  return (
    <div className="pg-scopes">
      <Scopes frame={frame} chosen={chosen} loadPlots={load} onSelect={select} />
    </div>
  );
}
