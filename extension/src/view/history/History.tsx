/** Marks to go back to, the branches that grew from them, and the shadow run. */
import { switchTo } from "../../commands/goBack";
import { compare, setShadow } from "../../commands/marks";
import { type BranchRow, branchRows } from "../../model/branchRows";
import { count, figure } from "../../model/format";
import type { State } from "../../store/state";
import { useRead, useStudio } from "../studioContext";
import { BRANCH_COLOURS } from "./branchColours";
import { Marks } from "./Marks";
import { RowButton } from "./RowButton";

const readTimeline = (state: State) => state.timeline;
const SHADOW_STEPS = 200;

export function History() {
  const studio = useStudio();
  const { branches, shadowSteps } = useRead(readTimeline);
  return (
    <section className="pg-panel pg-history" aria-label="Marks and branches">
      <h3>History</h3>
      <Marks />
      <h4>Branches</h4>
      <ul className="pg-branches">
        {branchRows(branches).map((row) => (
          <Branch key={row.branch.name} row={row} alone={branches.length === 1} />
        ))}
      </ul>
      <label className="pg-shadow">
        <input
          type="checkbox"
          checked={shadowSteps > 0}
          onChange={(event) => setShadow(studio, event.target.checked ? SHADOW_STEPS : 0)}
        />
        <span>
          Shadow run
          <span className="pg-hint"> — after an edit, train the network without it along for {SHADOW_STEPS} steps</span>
        </span>
      </label>
    </section>
  );
}

function Branch({ row, alone }: { readonly row: BranchRow; readonly alone: boolean }) {
  const studio = useStudio();
  const { branch, depth } = row;
  const colour = BRANCH_COLOURS[branch.number % BRANCH_COLOURS.length];
  return (
    <li className="pg-branch" data-current={branch.current} style={{ paddingLeft: 12 * depth }}>
      <span className="pg-swatch" style={{ background: colour }} aria-hidden="true" />
      <span className="pg-branch-words">
        <strong>{branch.name}</strong>
        <span className="pg-quiet">
          step {count(branch.step)} · loss {figure(branch.loss)}
          {branch.begin !== null && ` · from step ${count(branch.begin)}`}
        </span>
      </span>
      {branch.current ? (
        !alone && <span className="pg-quiet">training</span>
      ) : (
        <>
          <RowButton
            icon="compare"
            label={`Compare ${branch.name} with this branch`}
            onClick={() => compare(studio, branch.name)}
          />
          <RowButton icon="play" label={`Go on with ${branch.name}`} onClick={() => switchTo(studio, branch.name)} />
        </>
      )}
    </li>
  );
}
