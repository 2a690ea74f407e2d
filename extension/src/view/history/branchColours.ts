/** One colour for each branch, in the order they were made; told apart without colour vision (Okabe and Ito 2008). */
export const BRANCH_COLOURS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00"] as const;
