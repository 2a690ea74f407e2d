/** The branches as the rows of a tree: each under the one that it left. */
import type { BranchView } from "../protocol/messages";

export interface BranchRow {
  readonly branch: BranchView;
  readonly depth: number;
}

export function branchRows(branches: readonly BranchView[]): readonly BranchRow[] {
  const under = (parent: string | null, depth: number): BranchRow[] =>
    branches
      .filter((branch) => branch.parent === parent)
      .flatMap((branch) => [{ branch, depth }, ...under(branch.name, depth + 1)]);
  return under(null, 0);
}
