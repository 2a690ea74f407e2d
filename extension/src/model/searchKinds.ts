/** Which kinds of layers a search finds, by family. Pure; for the palette of the studio and that of the sidebar. */
import type { KindView } from "../protocol/messages";

export interface Family {
  readonly name: string;
  readonly kinds: readonly KindView[];
}

/**
 * Kinds that hold every word of the query, names before families before help texts; empty families are left out. The
 * family of the best match stands first: Enter takes it.
 */
export function searchKinds(kinds: readonly KindView[], query: string): Family[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const families = new Map<string, KindView[]>();
  for (const kind of kinds.filter((kind) => words.every((word) => rank(kind, word) < NOWHERE))) {
    families.set(kind.family, [...(families.get(kind.family) ?? []), kind]);
  }
  const found = Array.from(families, ([name, held]) => ({ name, kinds: best(held, words) }));
  const first = ({ kinds: [kind] }: Family) => (kind ? score(kind, words) : 0);
  return found.sort((a, b) => first(a) - first(b));
}

const NOWHERE = 4;

/** 0 if the name starts with the word, 1 if it holds it, 2 the family, 3 the help text. */
function rank(kind: KindView, word: string): number {
  const name = kind.kind.toLowerCase();
  if (name.startsWith(word)) return 0;
  if (name.includes(word)) return 1;
  if (kind.family.toLowerCase().includes(word)) return 2;
  return kind.help.toLowerCase().includes(word) ? 3 : NOWHERE;
}

const score = (kind: KindView, words: readonly string[]) => words.reduce((sum, word) => sum + rank(kind, word), 0);

/** Stable: kinds that match equally well keep the catalogue's order. */
function best(kinds: readonly KindView[], words: readonly string[]): KindView[] {
  return [...kinds].sort((a, b) => score(a, words) - score(b, words));
}
