/** Through one step, op by op: forward and back, with its values in the inspector. */
import { endWalk, travelBy, travelTo } from "../../commands/computation";
import type { State } from "../../store/state";
import { Icon } from "../parts/Icon";
import { useRead, useStudio } from "../studioContext";

const readWalk = (state: State) => state.compute.walk;
const readTravelled = (state: State) => state.compute.travelled;

export function Walk() {
  const studio = useStudio();
  const walk = useRead(readWalk);
  const at = useRead(readTravelled);
  if (walk === "off") return null;
  if (!at)
    return (
      <div className="pg-walk" role="status">
        <span>Waiting for the next step, which is kept with its values …</span>
        <button type="button" className="pg-button" onClick={() => endWalk(studio)}>
          Leave
        </button>
      </div>
    );
  return (
    <div className="pg-walk" role="toolbar" aria-label="Walk through the step">
      <button
        type="button"
        className="pg-button"
        title="One op back (,)"
        aria-label="One op back"
        disabled={at.position === 0}
        onClick={() => travelBy(studio, -1)}
      >
        <Icon name="left" />
      </button>
      <input
        type="range"
        min={0}
        max={at.count}
        value={at.position}
        aria-label={`Op of step ${at.step}`}
        aria-valuetext={at.title || "before the first op"}
        onChange={(event) => travelTo(studio, { position: Number(event.target.value) })}
      />
      <button
        type="button"
        className="pg-button"
        title="One op forward (;)"
        aria-label="One op forward"
        disabled={at.position === at.count}
        onClick={() => travelBy(studio, 1)}
      >
        <Icon name="right" />
      </button>
      <output>
        step {at.step}, op {at.position} of {at.count}
      </output>
      <button type="button" className="pg-button" title="Follow the training again" onClick={() => endWalk(studio)}>
        <Icon name="close" />
      </button>
    </div>
  );
}
