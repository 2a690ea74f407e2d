/** Says that a part of the graph is shown, and brings the rest back. */
import { showFeeds } from "../../commands/showFeeds";
import { nodeName } from "../../store/selectors";
import type { State } from "../../store/state";
import { useRead, useStudio } from "../studioContext";

const feedingName = (state: State) => (state.feeding === null ? null : nodeName(state, state.feeding));

export function FeedBanner() {
  const { store } = useStudio();
  const name = useRead(feedingName);
  if (name === null) return null;
  return (
    <div className="pg-feeding">
      Only what feeds <strong>{name}</strong>
      <button
        type="button"
        className="pg-button"
        title={`Show all (${showFeeds.keys[0]})`}
        onClick={() => store.dispatch({ type: "feeding-chosen", node: null })}
      >
        Show all
      </button>
    </div>
  );
}
