/** The numbers of the op that the walk stands after: formula with numbers, what went in and out, gradients. */
import { figure } from "../../model/format";
import type { NumbersView } from "../../protocol/messages";
import type { State } from "../../store/state";
import { useRead } from "../studioContext";
import { Formula } from "./Formula";

const readHere = ({ compute: { travelled, inspected } }: State) =>
  travelled && inspected && travelled.box === inspected.box ? travelled : null;

export function Values() {
  const here = useRead(readHere);
  if (!here) return null;
  return (
    <div className="pg-section">
      <h4>Values in step {here.step}</h4>
      <p className="pg-quiet">after {here.op}</p>
      {here.example && <Formula latex={here.example} />}
      <Numbers title="in" numbers={here.inputs} />
      <Numbers title="out" numbers={here.outputs} />
      <Numbers title="gradient of" numbers={here.cotangents} />
      <Numbers title="gradient for" numbers={here.gradients} />
    </div>
  );
}

function Numbers({ title, numbers }: { readonly title: string; readonly numbers: readonly NumbersView[] }) {
  return numbers.map(({ name, first, shape, low, high, mean }) => (
    <div className="pg-op-numbers" key={name}>
      <span>
        <span className="pg-quiet">{title}</span> <strong>{name}</strong>{" "}
        {low !== null && (
          <span className="pg-quiet">
            {figure(low)} to {figure(high)}, mean {figure(mean)}
          </span>
        )}
      </span>
      <code>
        {first.map(figure).join("  ")}
        {first.length < shape.reduce((product, length) => product * length, 1) && " …"}
      </code>
    </div>
  ));
}
