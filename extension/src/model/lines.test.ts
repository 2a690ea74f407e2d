import { expect, it } from "vitest";
import { lines } from "./lines";

it("draws steps from left to right and losses on a log scale, with gaps", () => {
  const drawn = lines([{ name: "a", steps: [0, 10, 20], values: [1, null, 0.01] }], 200, 108);
  expect(drawn?.paths).toEqual(["M0.0 4.0M200.0 104.0"]);
  expect(drawn?.x(10)).toBe(100);
});

it("draws nothing where there is nothing", () => {
  expect(lines([{ name: "a", steps: [], values: [] }], 200, 100)).toBeNull();
});
