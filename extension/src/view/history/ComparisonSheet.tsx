/** Two networks side by side: where each stands, what tells their graphs apart, and their losses. */
import { count, figure } from "../../model/format";
import type { Compared } from "../../protocol/messages";
import type { State } from "../../store/state";
import { Dialog } from "../parts/Dialog";
import { useRead, useStudio } from "../studioContext";
import { BRANCH_COLOURS } from "./branchColours";
import { Curves } from "./Curves";

const readCompared = (state: State) => state.compared;

export function ComparisonSheet() {
  const { store } = useStudio();
  const compared = useRead(readCompared);
  if (!compared) return null;
  const [one, other] = compared.names;
  return (
    <Dialog title={`${one} and ${other}`} onClose={() => store.dispatch({ type: "compared", compared: null })}>
      <div className="pg-compared">
        <Standing compared={compared} which={0} />
        <Standing compared={compared} which={1} />
      </div>
      {compared.effect && <p className="pg-effect">{compared.effect}</p>}
      <Differences compared={compared} />
      <Curves curves={compared.curves} second={other} parted={compared.parted} />
    </Dialog>
  );
}

function Standing({ compared, which }: { readonly compared: Compared; readonly which: 0 | 1 }) {
  return (
    <section>
      <h4>
        <span className="pg-swatch" style={{ background: BRANCH_COLOURS[which] }} aria-hidden="true" />{" "}
        {compared.names[which]}
      </h4>
      <p>
        step {count(compared.steps[which])} · loss {figure(compared.losses[which])}
      </p>
    </section>
  );
}

function Differences({ compared }: { readonly compared: Compared }) {
  const [one, other] = compared.names;
  const rows = [
    [`only in ${one}`, compared.onlyInOne.join(", ")],
    [`only in ${other}`, compared.onlyInOther.join(", ")],
    ["other settings", compared.changed.join(", ")],
    ["edges", edges(compared)],
  ].filter(([, text]) => text);
  if (rows.length === 0) return <p className="pg-hint">The layer graphs are the same.</p>;
  return (
    <dl className="pg-facts">
      {rows.map(([label, text]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

function edges({ edgesGone, edgesNew }: Compared): string {
  return edgesGone || edgesNew ? `${edgesGone} gone, ${edgesNew} new` : "";
}
