/** The chosen number of one layer at the foot of its box: in figures, as a bar, a line, or a histogram. */
import { linePoints, type OverlayBox, rampColour, withUnit } from "../../model/overlay";
import { overlayOf } from "../../store/selectors";
import type { State } from "../../store/state";
import { useRead } from "../studioContext";

/** Of the drawings, before they are stretched to the room there is. */
const WIDTH = 56;
const HEIGHT = 14;
const readForm = (state: State) => state.overlay.form;
const readUnit = (state: State) => overlayOf(state)?.quantity.unit ?? "";

export function OverlayStrip({ box }: { readonly box: OverlayBox }) {
  const form = useRead(readForm);
  const unit = useRead(readUnit);
  if (box.bars.length) return <Histogram bars={box.bars} value={box.value} />;
  return (
    <span className="pg-overlaid">
      {form === "bar" && <Bar share={box.share} />}
      {form === "line" && (
        <svg className="pg-line" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          <polyline points={linePoints(box.line, WIDTH, HEIGHT)} />
        </svg>
      )}
      <output>{withUnit(box.value, unit)}</output>
    </span>
  );
}

function Bar({ share }: { readonly share: number }) {
  const { fill } = rampColour(share);
  return (
    <span className="pg-bar" aria-hidden="true">
      <span style={{ width: `${Math.max(2, 100 * (share || 0))}%`, background: fill }} />
    </span>
  );
}

function Histogram({ bars, value }: { readonly bars: readonly number[]; readonly value: number }) {
  const width = WIDTH / bars.length;
  return (
    <span className="pg-overlaid" title={`most of them near 2^${value}`}>
      <svg
        className="pg-bars"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`most of them near 2 to the ${value}`}
      >
        {bars.map((share, at) => (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place
            key={at}
            x={at * width}
            width={0.85 * width}
            y={HEIGHT * (1 - share)}
            height={HEIGHT * share}
          />
        ))}
      </svg>
    </span>
  );
}
