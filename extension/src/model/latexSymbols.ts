/** The commands that formulas of ops and quantities use. A test holds them against all formulas there are. */

/** Letters, by command. */
export const LETTERS: Readonly<Record<string, string>> = {
  Gamma: "Γ",
  Lambda: "Λ",
  Sigma: "Σ",
  alpha: "α",
  beta: "β",
  delta: "δ",
  epsilon: "ϵ",
  infty: "∞",
  lambda: "λ",
  mu: "μ",
  nabla: "∇",
  pi: "π",
  psi: "ψ",
  sigma: "σ",
  tau: "τ",
  theta: "θ",
  top: "⊤",
  zeta: "ζ",
};

/** Functions: upright, with what they are called. */
export const FUNCTIONS: readonly string[] = [
  "arccos",
  "arcsin",
  "arctan",
  "arg",
  "cos",
  "cosh",
  "det",
  "exp",
  "gcd",
  "ln",
  "log",
  "max",
  "min",
  "sin",
  "sinh",
  "tan",
  "tanh",
];

/** What has its bounds below and above. */
export const BOUNDED: readonly string[] = ["max", "min", "arg", "sum", "prod", "bigwedge", "bigvee"];

/** Operators, relations, brackets. */
export const OPERATORS: Readonly<Record<string, string>> = {
  "!": "",
  "#": "#",
  "&": "&",
  "{": "{",
  "}": "}",
  "|": "‖",
  approx: "≈",
  bigvee: "⋁",
  bigwedge: "⋀",
  bmod: "mod",
  cdot: "⋅",
  cdots: "⋯",
  dots: "…",
  exists: "∃",
  forall: "∀",
  ge: "≥",
  geq: "≥",
  in: "∈",
  int: "∫",
  land: "∧",
  lceil: "⌈",
  le: "≤",
  leftarrow: "←",
  leq: "≤",
  lfloor: "⌊",
  lnot: "¬",
  lor: "∨",
  lVert: "‖",
  ne: "≠",
  neq: "≠",
  notin: "∉",
  oplus: "⊕",
  prod: "∏",
  rceil: "⌉",
  rfloor: "⌋",
  rVert: "‖",
  sum: "∑",
};

/** Widths of spaces. */
export const SPACES: Readonly<Record<string, string>> = { ",": "0.17em", ";": "0.28em", " ": "0.25em", quad: "1em" };

/** What takes the next entry, and as which element. */
export const WRAPPED: readonly string[] = ["frac", "sqrt", "bar", "overline", "left", "right"];
export const WORDS: readonly string[] = ["text", "mathrm", "operatorname", "mathsf", "mathrel", "mathbin"];
