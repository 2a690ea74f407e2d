/** All about one box: sizes, what is kept for backward and why, where it stands in the code, and its values. */
import { checkOp, revealOp, travelTo } from "../../commands/computation";
import { size } from "../../model/quantities";
import type { CodePlace, OpInspected, TensorView } from "../../protocol/messages";
import type { State } from "../../store/state";
import { useRead, useStudio } from "../studioContext";
import { Formula } from "./Formula";
import { Values } from "./Values";

const readInspected = (state: State) => state.compute.inspected;

export function ComputeInspector() {
  const inspected = useRead(readInspected);
  return (
    <section className="pg-panel pg-inspector pg-op-inspector" aria-label="Inspector">
      {inspected ? <About inspected={inspected} /> : <p className="pg-hint">Choose an op, a group or a parameter.</p>}
    </section>
  );
}

function About({ inspected }: { readonly inspected: OpInspected }) {
  const { title, path, facts, inputs, outputs, saved, places, formula } = inspected;
  return (
    <>
      <header>
        <h3>{title}</h3>
        {path && <p className="pg-quiet">in {path}</p>}
        {formula && <Formula latex={formula} />}
      </header>
      <dl className="pg-facts">
        {Object.entries(facts).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Tensors title="Reads" tensors={inputs} />
      <Tensors title={inputs.length ? "Makes" : "Is"} tensors={outputs} />
      <Deeds inspected={inspected} />
      <Values />
      {saved.length > 0 && (
        <div className="pg-section">
          <h4>Kept for backward</h4>
          <ul className="pg-saved">
            {saved.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </div>
      )}
      <Places places={places} />
    </>
  );
}

function Tensors({ title, tensors }: { readonly title: string; readonly tensors: readonly TensorView[] }) {
  const studio = useStudio();
  if (!tensors.length) return null;
  return (
    <div className="pg-section">
      <h4>{title}</h4>
      <ul className="pg-tensors">
        {tensors.map((tensor) => (
          <li key={`${tensor.name} ${tensor.value}`}>
            {tensor.name && <strong>{tensor.name}</strong>} ({tensor.shape.join(", ")}) {tensor.dtype}
            <span className="pg-quiet">
              {" "}
              {[tensor.device !== "cpu" && tensor.device, size(tensor.bytes), tensor.gradient && "got a gradient"]
                .filter(Boolean)
                .join(", ")}
            </span>
            {title === "Reads" && tensor.source && (
              <button type="button" className="pg-link" onClick={() => revealOp(studio, tensor.source)}>
                from {tensor.source}
              </button>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

const readWalk = (state: State) => state.compute.walk;
const readChecked = (state: State) => state.compute.checked;

const readHere = ({ compute: { travelled, inspected } }: State) =>
  travelled && travelled.box === inspected?.box ? travelled.op : "";

/** What can be done with an op of a step that was kept; of a closed group, with the op that the walk stands at. */
function Deeds({ inspected }: { readonly inspected: OpInspected }) {
  const studio = useStudio();
  const walk = useRead(readWalk);
  const checked = useRead(readChecked);
  const here = useRead(readHere);
  const op = inspected.op || here;
  if (!op || walk !== "on") return null;
  return (
    <div className="pg-section">
      <div className="pg-deeds">
        <button type="button" className="pg-button" onClick={() => travelTo(studio, { op })}>
          Go here
        </button>
        <button type="button" className="pg-button" onClick={() => checkOp(studio, op)}>
          Check the gradient
        </button>
      </div>
      {checked?.op === op && (
        <p role="status" data-passed={checked.passed ?? undefined} className="pg-checked">
          {checked.text}
        </p>
      )}
    </div>
  );
}

function Places({ places }: { readonly places: readonly CodePlace[] }) {
  if (!places.length) return null;
  return (
    <div className="pg-section">
      <h4>In the code</h4>
      {places.map((place) => (
        <Place key={`${place.file} ${place.line} ${place.column} ${place.why}`} place={place} />
      ))}
    </div>
  );
}

/** The line with its expression marked; a click lights it up in its cell. */
function Place({ place }: { readonly place: CodePlace }) {
  const studio = useStudio();
  const { file, line, endLine, column, endColumn, text, why } = place;
  const end = endLine === line ? endColumn : text.length;
  return (
    <button
      type="button"
      className="pg-code-place"
      title={`${file}, line ${line}, columns ${column + 1} to ${end}`}
      onClick={() => studio.page.showCode?.(place)}
    >
      <span className="pg-quiet">
        {why ? `${why}, ` : ""}
        {file}:{line}
      </span>
      <code>
        {text.slice(0, column).trimStart()}
        <mark>{text.slice(column, end)}</mark>
        {text.slice(end)}
      </code>
    </button>
  );
}
