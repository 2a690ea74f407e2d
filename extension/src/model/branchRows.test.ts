import { expect, it } from "vitest";
import type { BranchView } from "../protocol/messages";
import { branchRows } from "./branchRows";

function branch(name: string, parent: string | null, number: number): BranchView {
  return { name, number, parent, step: 10, loss: 0.5, current: false, begin: null };
}

it("puts each branch under the one it left, in the order they were made", () => {
  const rows = branchRows([
    branch("main", null, 0),
    branch("a", "main", 1),
    branch("b", "main", 2),
    branch("c", "a", 3),
  ]);
  expect(rows.map((row) => [row.branch.name, row.depth])).toEqual([
    ["main", 0],
    ["a", 1],
    ["c", 2],
    ["b", 1],
  ]);
});
