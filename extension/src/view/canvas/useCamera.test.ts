import { expect, it } from "vitest";
import { GRAPH, makeNode } from "../../../dev/scene";
import { leastShift, viewOf } from "./useCamera";

const row = (count: number) => ({
  ...GRAPH,
  groups: [],
  edges: [],
  nodes: Array.from({ length: count }, (_, x) => makeNode({ uid: `n${x}`, kind: "ReLU", out: null, x })),
});

it("a small graph is shown whole, in the middle, and not blown up", () => {
  const { x, y, zoom } = viewOf(row(2), 1000, 400, false);
  expect(zoom).toBe(1.15);
  expect(x + 20 * zoom).toBeCloseTo(1000 - (x + (20 + 190 + 128) * zoom));
  expect(y + 120 * zoom).toBeCloseTo(376 - (y + 184 * zoom));
});

it("a graph too large to be legible is first seen at its beginning", () => {
  const { x, zoom } = viewOf(row(20), 800, 400, false);
  expect(zoom).toBe(0.75);
  expect(x + 20 * zoom).toBeCloseTo(28);
});

it("on demand the whole of it is shown, however small", () => {
  const { x, zoom } = viewOf(row(20), 800, 400, true);
  expect(zoom).toBeLessThan(0.3);
  expect(x + (20 + 19 * 190 + 128) * zoom).toBeLessThanOrEqual(800 - 28 + 0.001);
});

it("edges that lead around the boxes count", () => {
  const edge = GRAPH.edges[0];
  if (!edge) throw new Error("the scene has edges");
  const bent = {
    ...row(2),
    edges: [
      {
        ...edge,
        route: [
          [0, 100],
          [900, 100],
          [900, 500],
        ] as const,
      },
    ],
  };
  expect(viewOf(bent, 1000, 400, true).zoom).toBeLessThan(1);
});

it("the view follows a new layout only as far as everything within sight moved", () => {
  const before = row(5);
  const sight = { x: 0, y: 0, width: 700, height: 400 };
  const moved = (far: (place: number) => number) => ({
    ...before,
    nodes: before.nodes.map((node, place) => ({ ...node, x: node.x + far(place) })),
  });
  expect(
    leastShift(
      before,
      moved((place) => (place > 1 ? 190 : 0)),
      sight,
    ),
  ).toEqual({ x: 0, y: 0 });
  expect(
    leastShift(
      before,
      moved((place) => (place > 1 ? -90 : -30)),
      sight,
    ),
  ).toEqual({ x: -30, y: 0 });
  expect(
    leastShift(
      before,
      moved((place) => (place > 3 ? 0 : 10)),
      sight,
    ),
  ).toEqual({ x: 10, y: 0 });
  expect(leastShift(before, { ...before, nodes: [] }, sight)).toEqual({ x: 0, y: 0 });
});
