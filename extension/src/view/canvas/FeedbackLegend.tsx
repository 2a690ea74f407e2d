/** What the line of an edge that closes a loop means; only where there is one. */
import { FEEDBACK_WORDS } from "../../model/feedback";
import type { State } from "../../store/state";
import { useRead } from "../studioContext";

const hasLoop = (state: State) => state.graph.edges.some((edge) => edge.feedback);

export function FeedbackLegend() {
  if (!useRead(hasLoop)) return null;
  return (
    <p className="pg-feedback-legend">
      <svg width="34" height="10" aria-hidden="true">
        <path className="pg-edge" data-feedback="true" d="M1,5 L33,5" />
      </svg>
      {FEEDBACK_WORDS}
    </p>
  );
}
