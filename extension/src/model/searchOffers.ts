/** Which of the offered layers a search finds, in the kernel's order where they match equally well. Pure. */
import type { KindView, OfferView } from "../protocol/messages";
import { searchKinds } from "./searchKinds";

export function searchOffers(
  offers: readonly OfferView[],
  catalogue: readonly KindView[],
  query: string,
): readonly OfferView[] {
  if (!query.trim()) return offers;
  const kinds = offers.map((offer) => ({ ...kindFor(offer, catalogue), kind: offer.kind }));
  const found = searchKinds(kinds, query).flatMap((family) => family.kinds);
  const starting = query.trim().toLowerCase();
  const starts = (kind: string) => (kind.toLowerCase().startsWith(starting) ? 0 : 1);
  return [...found]
    .sort((a, b) => starts(a.kind) - starts(b.kind))
    .flatMap(({ kind }) => offers.find((offer) => offer.kind === kind) ?? []);
}

/** A chain of layers is searched by its name alone. */
function kindFor({ kind }: OfferView, catalogue: readonly KindView[]): KindView {
  const known = catalogue.find((candidate) => candidate.kind === kind);
  return known ?? { kind, family: "", help: "", inputs: [], outputs: [], fields: [], source: "" };
}
