import { expect, it } from "vitest";
import {
  contains,
  curvePath,
  distanceToLine,
  edgeLine,
  labelPoint,
  leadsBack,
  linePath,
  loopLabelPoint,
  nearestLine,
} from "./geometry";

const LEVEL = edgeLine({ x: 0, y: 0 }, { x: 100, y: 0 });

it("an edge leaves and enters level", () => {
  const [curve] = edgeLine({ x: 0, y: 0 }, { x: 100, y: 60 });
  expect(curve?.startPull.y).toBe(0);
  expect(curve?.endPull.y).toBe(60);
});

it("an edge that runs backwards leads around both boxes, between them or below", () => {
  const corners = (end: { x: number; y: number }) =>
    edgeLine({ x: 100, y: 0 }, end).map((curve) => [curve.end.x, curve.end.y]);
  expect(corners({ x: 0, y: 200 })).toEqual([
    [124, 0],
    [124, 100],
    [-24, 100],
    [-24, 200],
    [0, 200],
  ]);
  expect(corners({ x: 0, y: 20 })[1]).toEqual([124, 76]);
});

it("a route is followed stretch by stretch", () => {
  const route = [
    [0, 0],
    [40, 50],
    [200, 50],
    [240, 10],
  ] as const;
  const line = edgeLine({ x: 0, y: 0 }, { x: 240, y: 10 }, route);
  expect(line).toHaveLength(3);
  expect(line[1]?.startPull).toEqual({ x: 40, y: 50 });
  expect(distanceToLine({ x: 120, y: 50 }, line)).toBeLessThan(5);
  expect(labelPoint(line)).toEqual({ x: 20, y: 25 });
  expect(linePath(line).match(/M/g)).toHaveLength(3);
});

it("a route whose box has moved away is not followed", () => {
  expect(
    edgeLine({ x: 9, y: 9 }, { x: 240, y: 10 }, [
      [0, 0],
      [40, 50],
      [240, 10],
    ]),
  ).toHaveLength(1);
});

it("the nearest line within reach is found", () => {
  const lines = new Map([
    ["level", LEVEL],
    ["below", edgeLine({ x: 0, y: 40 }, { x: 100, y: 40 })],
  ]);
  expect(nearestLine({ x: 50, y: 12 }, lines, 30)).toBe("level");
  expect(nearestLine({ x: 50, y: 31 }, lines, 30)).toBe("below");
  expect(nearestLine({ x: 50, y: 90 }, lines, 30)).toBeNull();
});

it("a curve is written as an SVG path", () => {
  expect(LEVEL.map(curvePath)).toEqual(["M0,0 C50,0 50,0 100,0"]);
});

it("a box contains its border", () => {
  const box = { x: 10, y: 10, width: 5, height: 5 };
  expect([contains(box, { x: 15, y: 15 }), contains(box, { x: 16, y: 15 })]).toEqual([true, false]);
});

it("corners between straight stretches are round", () => {
  const route = [
    [0, 0],
    [100, 0],
    [100, 60],
  ] as const;
  expect(linePath(edgeLine({ x: 0, y: 0 }, { x: 100, y: 60 }, route))).toBe("M0,0 L92,0 Q100,0 100,8 M100,8 L100,60");
});

it("an edge of a loop has its label in the middle of its way back", () => {
  const line = edgeLine({ x: 100, y: 0 }, { x: 0, y: 0 });
  expect(leadsBack(line)).toBe(true);
  expect(loopLabelPoint(line)).toEqual({ x: 50, y: 56 });
  expect(leadsBack(LEVEL)).toBe(false);
  expect(loopLabelPoint(LEVEL)).toEqual(labelPoint(LEVEL));
});
