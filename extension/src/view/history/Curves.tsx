/** A few losses over steps, as lines on one field. */
import { count, figure } from "../../model/format";
import { lines } from "../../model/lines";
import type { Curve } from "../../protocol/messages";
import { BRANCH_COLOURS } from "./branchColours";

const WIDTH = 640;
const HEIGHT = 180;

interface Props {
  readonly curves: readonly Curve[];
  /** The curve of this name has the second colour, as its heading has. */
  readonly second: string;
  readonly parted: number;
}

export function Curves({ curves, second, parted }: Props) {
  const drawn = lines(curves, WIDTH, HEIGHT);
  if (!drawn) return null;
  const at = drawn.x(parted);
  return (
    <figure className="pg-curves">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={words(curves)}>
        <line className="pg-parted" x1={at} x2={at} y1={0} y2={HEIGHT} />
        {drawn.paths.map((path, place) => (
          <path
            key={curves[place]?.name}
            d={path}
            style={{ stroke: BRANCH_COLOURS[curves[place]?.name === second ? 1 : 0] }}
          />
        ))}
      </svg>
      <figcaption className="pg-quiet">
        loss {figure(drawn.low)} to {figure(drawn.high)}, log scale · steps {count(drawn.first)} to {count(drawn.last)}{" "}
        · they part at step {count(parted)}
      </figcaption>
    </figure>
  );
}

function words(curves: readonly Curve[]): string {
  return curves.map((curve) => `${curve.name}: loss ${figure(curve.values.at(-1) ?? null)} at the end`).join("; ");
}
