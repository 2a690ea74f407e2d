/** The LaTeX of formulas as a tree of MathML elements, which browsers draw themselves. Pure. */
import { BOUNDED, FUNCTIONS, LETTERS, OPERATORS, SPACES } from "./latexSymbols";

export interface Mark {
  readonly tag: string;
  readonly children: readonly (Mark | string)[];
  readonly attributes?: Readonly<Record<string, string>>;
  /** Its scripts are bounds: they stand below and above. */
  readonly bounded?: boolean;
}

const TOKEN = /\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|\S/g;

/** The marks of a formula, in a row. What is not known is shown as it is written. */
export function marksOf(latex: string): readonly Mark[] {
  const spaced = latex.replace(/\\(text|mathrm|operatorname)\{([^{}]*)\}/g, (_, name, words) => {
    return `\\${name}{${words.replace(/ /g, "~")}}`;
  });
  return row(new Tokens(spaced.match(TOKEN) ?? []));
}

class Tokens {
  private at = 0;
  constructor(private readonly all: readonly string[]) {}
  peek(): string | undefined {
    return this.all[this.at];
  }
  take(): string {
    this.at += 1;
    return this.all[this.at - 1] ?? "";
  }
  /** The words of a group, as they are. */
  words(): string {
    if (this.peek() !== "{") return this.take().replace("\\", "");
    this.take();
    let found = "";
    while (this.peek() !== undefined && this.peek() !== "}") found += this.take();
    this.take();
    return found.replace(/~/g, "\u00a0");
  }
}

function row(tokens: Tokens, end?: string): readonly Mark[] {
  const found: Mark[] = [];
  while (tokens.peek() !== undefined && tokens.peek() !== end) found.push(scripted(tokens));
  return found;
}

function scripted(tokens: Tokens): Mark {
  const base = tokens.peek() === "^" || tokens.peek() === "_" ? grouped([]) : entry(tokens);
  let below: Mark | undefined;
  let above: Mark | undefined;
  while (tokens.peek() === "^" || tokens.peek() === "_") {
    if (tokens.take() === "_") below = entry(tokens);
    else above = entry(tokens);
  }
  const [under, over, both] = base.bounded ? ["munder", "mover", "munderover"] : ["msub", "msup", "msubsup"];
  if (below && above) return mark(both, [base, below, above]);
  if (below) return mark(under, [base, below]);
  return above ? mark(over, [base, above]) : base;
}

function entry(tokens: Tokens): Mark {
  const token = tokens.take();
  if (token === "{") {
    const inner = row(tokens, "}");
    tokens.take();
    return grouped(inner);
  }
  return token.startsWith("\\") ? command(token.slice(1), tokens) : letter(token);
}

function command(name: string, tokens: Tokens): Mark {
  if (name === "frac") return mark("mfrac", [entry(tokens), entry(tokens)]);
  if (name === "sqrt") return mark("msqrt", [entry(tokens)]);
  if (name === "bar" || name === "overline") return mark("mover", [entry(tokens), mark("mo", ["¯"])]);
  if (name === "left") return fenced(tokens);
  if (name === "text") return mark("mtext", [tokens.words()]);
  if (name === "mathrel" || name === "mathbin") return mark("mo", [tokens.words().replace("\\oplus", "⊕")]);
  if (name === "mathrm" || name === "operatorname" || name === "mathsf") return upright(tokens.words());
  return symbol(name);
}

function symbol(name: string): Mark {
  const bounded = BOUNDED.includes(name);
  if (FUNCTIONS.includes(name)) return { ...upright(name), bounded };
  if (name in LETTERS) return mark("mi", [LETTERS[name] ?? ""]);
  if (name in SPACES) return { tag: "mspace", children: [], attributes: { width: SPACES[name] ?? "0" } };
  if (name in OPERATORS) return { ...mark("mo", [OPERATORS[name] ?? ""]), bounded };
  return mark("mtext", [`\\${name}`]);
}

/** Brackets as high as what is between them. */
function fenced(tokens: Tokens): Mark {
  const open = bracket(tokens);
  const inner = row(tokens, "\\right");
  tokens.take();
  return grouped([open, ...inner, bracket(tokens)]);
}

function bracket(tokens: Tokens): Mark {
  const token = tokens.take();
  const sign = token.startsWith("\\") ? (OPERATORS[token.slice(1)] ?? token) : token.replace(".", "");
  return { tag: "mo", children: [sign], attributes: { stretchy: "true" } };
}

function letter(token: string): Mark {
  if (/^\d/.test(token)) return mark("mn", [token]);
  if (/^[\p{L}]$/u.test(token)) return mark("mi", [token]);
  const sign = { "-": "−", "*": "∗", "'": "′", "~": "\u00a0" }[token] ?? token;
  return { tag: "mo", children: [sign], attributes: { stretchy: "false" } };
}

/** A space stands behind it where an argument without brackets follows: browsers see to that for functions. */
const upright = (words: string): Mark => ({ tag: "mi", children: [words], attributes: { mathvariant: "normal" } });
const grouped = (children: readonly Mark[]): Mark => mark("mrow", children);
const mark = (tag: string, children: readonly (Mark | string)[]): Mark => ({ tag, children });
