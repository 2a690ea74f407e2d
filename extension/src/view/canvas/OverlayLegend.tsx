/** Which number is on the boxes, how it is shown, and what its colours and lengths mean. */
import { chooseOverlay } from "../../commands/overlay";
import { type Overlay, type OverlayForm, quantityWords, RAMP_CSS, withUnit } from "../../model/overlay";
import { overlayOf } from "../../store/selectors";
import type { State } from "../../store/state";
import { useRead, useStudio } from "../studioContext";

const FORMS: Readonly<Record<OverlayForm, string>> = { colour: "Colour", bar: "Bar", line: "Line" };
const readQuantities = (state: State) => state.quantities;
const readChosen = (state: State) => state.overlay;

export function OverlayLegend() {
  const studio = useStudio();
  const quantities = useRead(readQuantities);
  const { quantity, form } = useRead(readChosen);
  const overlay = useRead(overlayOf);
  if (!quantity) return null;
  const chosen = quantities.find((known) => known.name === quantity);
  return (
    <section className="pg-overlay" aria-label="Numbers on the boxes">
      <div className="pg-overlay-choice">
        <select
          aria-label="Number on the boxes"
          value={quantity}
          onChange={(event) => chooseOverlay(studio, event.target.value)}
        >
          {quantities.map(({ name }) => (
            <option key={name} value={name}>
              {quantityWords(name)}
            </option>
          ))}
          <option value="">nothing</option>
        </select>
        {!chosen?.distribution &&
          (Object.keys(FORMS) as OverlayForm[]).map((known) => (
            <button
              type="button"
              key={known}
              className="pg-button pg-small"
              aria-pressed={known === form}
              onClick={() => chooseOverlay(studio, quantity, known)}
            >
              {FORMS[known]}
            </button>
          ))}
      </div>
      {overlay?.boxes.size ? <Meaning overlay={overlay} form={form} /> : <p className="pg-hint">{waiting(quantity)}</p>}
    </section>
  );
}

function waiting(quantity: string): string {
  return `${quantityWords(quantity)} comes with the next look at a step, for the layers that have it`;
}

function Meaning({ overlay, form }: { readonly overlay: Overlay; readonly form: OverlayForm }) {
  const { quantity, scale, at, exponents } = overlay;
  const when = at === null ? "" : ` · step ${at.toLocaleString("en-US")}`;
  if (exponents) {
    return <p className="pg-hint">{`share of the numbers by size, from 2^${exponents[0]} to 2^${exponents[1]}`}</p>;
  }
  const unit = ["share", "s", "B", ""].includes(quantity.unit) ? "" : quantity.unit;
  return (
    <>
      {form !== "line" && (
        <div className="pg-ramp">
          <output>{withUnit(scale.low, quantity.unit)}</output>
          <span data-form={form} style={{ background: RAMP_CSS }} aria-hidden="true" />
          <output>{withUnit(scale.high, quantity.unit)}</output>
        </div>
      )}
      <p className="pg-hint" title={`${quantity.healthy}\n${quantity.source}`}>
        {[unit, scale.log ? "log scale" : "", form === "line" ? "each line on its own scale" : ""]
          .filter(Boolean)
          .join(" · ")}
        {when}
        {quantity.healthy && <span className="pg-healthy"> usual: {quantity.healthy}</span>}
      </p>
    </>
  );
}
