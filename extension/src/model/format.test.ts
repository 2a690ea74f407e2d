import { expect, it } from "vitest";
import { count, figure, fullShape, percent, plural, sampleShape, setting } from "./format";

it("a shape of one sample leaves out the batch axis", () => {
  expect(sampleShape(["N", 16, 8, 8])).toBe("16×8×8");
  expect(sampleShape([3, 4])).toBe("3×4");
  expect(sampleShape(["N"])).toBe("scalar");
  expect(sampleShape(null)).toBe("");
});

it("a shape in full is as in Python", () => {
  expect(fullShape({ name: "x", shape: ["N", 64], dtype: "float32", problem: "" })).toBe("(N, 64) float32");
  expect(fullShape({ name: "x", shape: null, dtype: "", problem: "" })).toBe("shape not known");
});

it("counts are short", () => {
  expect([0, 850, 9_999, 100_480, 1_240_000, 3e9].map(count)).toEqual([
    "0",
    "850",
    "9,999",
    "100.5 k",
    "1.24 M",
    "3 G",
  ]);
});

it("figures have three digits and say what is not a number", () => {
  const values = [0, 0.0123, 12.345, -1.5, 2610.4, 0.00012, 123_456, Number.NaN, Number.POSITIVE_INFINITY, null];
  expect(values.map(figure)).toEqual(["0", "0.0123", "12.3", "−1.5", "2,610", "1.2e−4", "1.2e5", "NaN", "∞", "–"]);
});

it("shares are percents, and a little is not nothing", () => {
  expect([0, 0.002, 0.625, 1, null].map(percent)).toEqual(["0 %", "<1 %", "63 %", "100 %", "–"]);
});

it("settings are as Python prints them", () => {
  expect([null, true, 3, [3, 3], [3], "same"].map(setting)).toEqual(["None", "True", "3", "(3, 3)", "(3,)", "same"]);
});

it("nouns agree with their number", () => {
  expect([plural(1, "layer"), plural(2, "layer")]).toEqual(["1 layer", "2 layers"]);
});
