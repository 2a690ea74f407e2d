/** The layers that can be edited, or the computation that really ran. */
import { toggleComputation } from "../../commands/computeCommands";
import type { State } from "../../store/state";
import { useRead, useStudio } from "../studioContext";

const isShown = (state: State) => state.compute.shown;

export function GraphSwitch() {
  const studio = useStudio();
  const shown = useRead(isShown);
  const choice = (text: string, on: boolean, title: string) => (
    <button
      type="button"
      className="pg-button"
      aria-pressed={on}
      title={title}
      onClick={() => on || toggleComputation.run(studio)}
    >
      {text}
    </button>
  );
  return (
    <fieldset className="pg-choice pg-graph-switch" aria-label="Graph">
      {choice("Layers", !shown, "What can be edited (g)")}
      {choice("Computation", shown, "What really ran in a step (g)")}
    </fieldset>
  );
}
