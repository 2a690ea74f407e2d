/** One colour per family of layers, the same as in static pictures. Okabe and Ito 2008, "Color universal design". */
export const ACCENTS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8a8f98"] as const;
const PLAIN = 6;

const FAMILIES: Readonly<Record<string, number>> = {
  ends: PLAIN,
  linear: 0,
  convolution: 0,
  normalisation: 1,
  norm: 1,
  activation: 2,
  dropout: 3,
  regularisation: 3,
  pooling: 4,
  shape: PLAIN,
  merge: PLAIN,
  recurrent: 5,
  attention: 5,
  embedding: 3,
  padding: PLAIN,
  comparison: PLAIN,
  sequence: 5,
  group: PLAIN,
  join: PLAIN,
  calculation: PLAIN,
  source: 3,
};

/** An unknown family always gets the same colour. */
export function accent(family: string): string {
  const place = FAMILIES[family.toLowerCase()] ?? (family ? byteSum(family) % ACCENTS.length : PLAIN);
  return ACCENTS[place] ?? ACCENTS[PLAIN];
}

function byteSum(text: string): number {
  return new TextEncoder().encode(text).reduce((sum, byte) => sum + byte, 0);
}
