/** How many things are wrong, in the bar: quiet while there are none. */
import { toggleFindings } from "../../commands/toggleFindings";
import { plural } from "../../model/format";
import { openFindings, panelShown } from "../../store/selectors";
import type { State } from "../../store/state";
import { CommandButton } from "../parts/CommandButton";
import { useRead } from "../studioContext";

const countOpen = (state: State) => openFindings(state).length;
const isShown = (state: State) => panelShown(state, "findings");

export function FindingsButton() {
  const count = useRead(countOpen);
  const shown = useRead(isShown);
  return (
    <span className="pg-findings-count" data-count={count}>
      <CommandButton
        command={toggleFindings}
        icon="finding"
        text={count ? String(count) : ""}
        label={count ? plural(count, "finding") : "No findings"}
        pressed={shown}
      />
    </span>
  );
}
