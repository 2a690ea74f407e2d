/** The computation: bar, outline, canvas and inspector. */
import type { State } from "../../store/state";
import { useRead } from "../studioContext";
import { ComputeBar } from "./ComputeBar";
import { ComputeCanvas } from "./ComputeCanvas";
import { ComputeInspector } from "./ComputeInspector";
import { ComputeTree } from "./ComputeTree";

const isNarrow = (state: State) => state.layout.narrow;
const hasSelection = (state: State) => state.compute.selected !== null;

export function ComputePanel() {
  const narrow = useRead(isNarrow);
  const chosen = useRead(hasSelection);
  return (
    <div className="pg-compute" data-narrow={narrow}>
      <ComputeBar />
      <div className="pg-compute-field">
        <ComputeTree />
        <ComputeCanvas />
        {chosen && <ComputeInspector />}
      </div>
    </div>
  );
}
