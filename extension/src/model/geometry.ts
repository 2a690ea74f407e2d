/** The line of an edge, and which edge lies under a point. Pure. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A cubic Bézier, level at both ends, or a straight line. */
export interface Curve {
  readonly start: Point;
  readonly startPull: Point;
  readonly endPull: Point;
  readonly end: Point;
}

const SAMPLES = 24;

/** From an output (leaves to the right) to an input (enters from the left) further right. */
export function edgeCurve(start: Point, end: Point): Curve {
  const pull = Math.max((end.x - start.x) / 2, 24);
  return {
    start,
    startPull: { x: start.x + pull, y: start.y },
    endPull: { x: end.x - pull, y: end.y },
    end,
  };
}

/** As the `d` of an SVG path. */
export function curvePath({ start, startPull, endPull, end }: Curve): string {
  return `M${start.x},${start.y} C${startPull.x},${startPull.y} ${endPull.x},${endPull.y} ${end.x},${end.y}`;
}

/** The point at `t` in [0, 1], by de Casteljau's polynomial. */
export function curvePoint({ start, startPull, endPull, end }: Curve, t: number): Point {
  const s = 1 - t;
  const blend = (axis: "x" | "y") =>
    s ** 3 * start[axis] + 3 * s * s * t * startPull[axis] + 3 * s * t * t * endPull[axis] + t ** 3 * end[axis];
  return { x: blend("x"), y: blend("y") };
}

/** The line of an edge: one curve, or one for each stretch of its route around the boxes. */
export type Line = readonly Curve[];

export function edgeLine(start: Point, end: Point, route: readonly (readonly [number, number])[] = []): Line {
  const points = route.map(([x, y]) => ({ x, y }));
  const [first, last] = [points[0], points.at(-1)];
  const holds = first && last && points.length > 2 && close(first, start) && close(last, end);
  if (holds) return stretches(points);
  return end.x < start.x ? stretches(wayBack(start, end)) : [edgeCurve(start, end)];
}

function stretches(points: readonly Point[]): Line {
  return points.slice(1).map((to, place) => stretch(points[place] ?? to, to));
}

const AROUND = 24;
/** Half of a box and some air. */
const BELOW = 56;

/** Around the box that the edge leaves, back between the two, and around the box that it enters. */
function wayBack(start: Point, end: Point): Point[] {
  const apart = Math.abs(start.y - end.y) > 2 * BELOW;
  const y = apart ? (start.y + end.y) / 2 : Math.max(start.y, end.y) + BELOW;
  const [right, left] = [start.x + AROUND, end.x - AROUND];
  return [start, { x: right, y: start.y }, { x: right, y }, { x: left, y }, { x: left, y: end.y }, end];
}

/** A box that is being moved has left its route behind. */
function close(a: Point, b: Point): boolean {
  return Math.hypot(a.x - b.x, a.y - b.y) < 3;
}

function stretch(start: Point, end: Point): Curve {
  const middle = (start.x + end.x) / 2;
  const level = start.y === end.y || start.x === end.x;
  return {
    start,
    startPull: level ? start : { x: middle, y: start.y },
    endPull: level ? end : { x: middle, y: end.y },
    end,
  };
}

const CORNER = 8;
/** Of an edge that closes a loop, which is to be told from the others at a glance. */
export const LOOP_CORNER = 26;

/** As one SVG path; where two straight stretches meet at a corner, it is round. */
export function linePath(line: Line, corner = CORNER): string {
  const parts = line.map((curve, place) => {
    const [before, after] = [line[place - 1], line[place + 1]];
    if (!isStraight(curve)) return curvePath(curve);
    const start = before && isStraight(before) ? toward(curve.start, curve.end, corner) : curve.start;
    if (!after || !isStraight(after)) return `M${start.x},${start.y} L${curve.end.x},${curve.end.y}`;
    const end = toward(curve.end, curve.start, corner);
    const next = toward(after.start, after.end, corner);
    return `M${start.x},${start.y} L${end.x},${end.y} Q${curve.end.x},${curve.end.y} ${next.x},${next.y}`;
  });
  return parts.join(" ");
}

function isStraight({ start, end }: Curve): boolean {
  return start.y === end.y || start.x === end.x;
}

/** A little way from one point to the other. */
function toward(from: Point, to: Point, corner: number): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const part = Math.min(corner, length / 2) / length;
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
}

/** Where the label of an edge sits: in the gap behind its first box. */
export function labelPoint(line: Line): Point {
  const first = line[0];
  return first ? curvePoint(first, 0.5) : { x: 0, y: 0 };
}

/** The same for an edge that closes a loop: in the middle of its way back. */
export function loopLabelPoint(line: Line): Point {
  const back = line.reduce<Curve | undefined>((most, curve) => (span(curve) > span(most) ? curve : most), undefined);
  return back ? curvePoint(back, 0.5) : labelPoint(line);
}

export function leadsBack(line: Line): boolean {
  return line.some((curve) => span(curve) > 0);
}

function span(curve: Curve | undefined): number {
  return curve ? curve.start.x - curve.end.x : 0;
}

export function distanceToLine(point: Point, line: Line): number {
  return Math.min(...line.map((curve) => distanceToCurve(point, curve)));
}

function distanceToCurve(point: Point, curve: Curve): number {
  let least = Number.POSITIVE_INFINITY;
  for (let step = 0; step <= SAMPLES; step += 1) {
    const at = curvePoint(curve, step / SAMPLES);
    least = Math.min(least, Math.hypot(at.x - point.x, at.y - point.y));
  }
  return least;
}

/** Id of the line nearest to the point, if it is no farther than `limit`. */
export function nearestLine(point: Point, lines: ReadonlyMap<string, Line>, limit: number): string | null {
  let best: string | null = null;
  let least = limit;
  for (const [id, line] of lines) {
    const distance = distanceToLine(point, line);
    if (distance <= least) {
      least = distance;
      best = id;
    }
  }
  return best;
}

export interface Rectangle extends Point {
  readonly width: number;
  readonly height: number;
}

export function contains(box: Rectangle, point: Point): boolean {
  return point.x >= box.x && point.x <= box.x + box.width && point.y >= box.y && point.y <= box.y + box.height;
}
