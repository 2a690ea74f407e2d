/** The curve of an edge, and which edge lies under a point. Pure. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A cubic Bézier from an output (leaves to the right) to an input (enters from the left). */
export interface Curve {
  readonly start: Point;
  readonly startPull: Point;
  readonly endPull: Point;
  readonly end: Point;
}

const SAMPLES = 24;

export function edgeCurve(start: Point, end: Point): Curve {
  const ahead = end.x - start.x;
  const pull = ahead >= 0 ? Math.max(ahead / 2, 24) : 40 + Math.min(-ahead / 4, 120);
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

export function distanceToCurve(point: Point, curve: Curve): number {
  let least = Number.POSITIVE_INFINITY;
  for (let step = 0; step <= SAMPLES; step += 1) {
    const at = curvePoint(curve, step / SAMPLES);
    least = Math.min(least, Math.hypot(at.x - point.x, at.y - point.y));
  }
  return least;
}

/** Id of the curve nearest to the point, if it is no farther than `limit`. */
export function nearestCurve(point: Point, curves: ReadonlyMap<string, Curve>, limit: number): string | null {
  let best: string | null = null;
  let least = limit;
  for (const [id, curve] of curves) {
    const distance = distanceToCurve(point, curve);
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
