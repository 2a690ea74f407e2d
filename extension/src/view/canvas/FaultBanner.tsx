/** A fault of the run, over the canvas: what happened, and the way to the layer where it began. */
import { visit } from "../../commands/select";
import { nodeName } from "../../store/selectors";
import type { State } from "../../store/state";
import { useRead, useStudio } from "../studioContext";

const readProblem = (state: State) => state.run.problem;
const readOrigin = (state: State) => state.run.problemNode;
const originName = (state: State) => (state.run.problemNode === null ? "" : nodeName(state, state.run.problemNode));

export function FaultBanner() {
  const studio = useStudio();
  const problem = useRead(readProblem);
  const origin = useRead(readOrigin);
  const name = useRead(originName);
  if (!problem) return null;
  return (
    <div className="pg-fault" role="alert">
      <p>{problem}</p>
      {origin !== null && (
        <button type="button" className="pg-button" onClick={() => visit(studio, origin)}>
          Go to {name}
        </button>
      )}
    </div>
  );
}
