/** What changed, for screen readers. The turn is the key, so that the same words are spoken again. */
import type { State } from "../../store/state";
import { useRead } from "../studioContext";

const announcement = (state: State) => state.announcement;

export function LiveRegion() {
  const { text, turn } = useRead(announcement);
  return (
    <div className="pg-unseen" role="status" aria-live="polite">
      <span key={turn}>{text}</span>
    </div>
  );
}
