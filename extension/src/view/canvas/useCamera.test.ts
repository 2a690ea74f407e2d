import { expect, it } from "vitest";
import { GRAPH, makeNode } from "../../../dev/scene";
import { viewOf } from "./useCamera";

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
