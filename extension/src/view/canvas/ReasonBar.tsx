/** While something is dragged: where it fits, and why it does not fit where the pointer is. */
import { dragSentence, verdictOver } from "../../store/selectors";
import { useRead } from "../studioContext";

export function ReasonBar() {
  const sentence = useRead(dragSentence);
  const verdict = useRead(verdictOver);
  if (!sentence) return null;
  return (
    <div className="pg-reason" data-verdict={verdict?.verdict ?? ""}>
      {sentence}
    </div>
  );
}
