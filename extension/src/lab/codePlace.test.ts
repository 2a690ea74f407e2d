import { describe, expect, it } from "vitest";
import { placeOf } from "./codePlace";

const CELLS = [
  { source: "x = 1\ny = f(x)", count: 3 },
  { source: "# new\ny = f(x)", count: 7 },
  { source: "y = f(x)", count: null },
];
const CODE = { file: "In [3]", line: 2, endLine: 2, column: 4, endColumn: 8, text: "y = f(x)" };

describe("a place in the code", () => {
  it("is in the cell that ran under its number", () => {
    expect(placeOf(CODE, CELLS)).toEqual({ cell: 0, from: 10, to: 14 });
  });

  it("is in the last cell that has the line there, where the numbers have gone on", () => {
    expect(placeOf({ ...CODE, file: "In [99]" }, CELLS)).toEqual({ cell: 1, from: 10, to: 14 });
  });

  it("is nowhere when the line reads otherwise by now", () => {
    expect(placeOf({ ...CODE, text: "y = g(x)" }, CELLS)).toBeNull();
  });
});
