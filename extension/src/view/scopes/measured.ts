/** Values by depth: one per layer, NaN where not measured (no gradient flows into a ReLU's parameters: it has none). */

import type { ScopeData } from "./scope";

/** The array by name if it fits the layers and holds at least one finite value, else null. */
export function measured(data: ScopeData, name: string): number[] | null {
  const values = data.arrays[name]?.data;
  if (values === undefined || values.length !== data.layers.length) return null;
  const list = Array.from(values);
  return list.some(Number.isFinite) ? list : null;
}

/** The layers for which the values are measured, and those values: a plot keeps no place for the others. */
export function onlyMeasured(data: ScopeData, values: readonly number[]): { data: ScopeData; values: number[] } {
  const kept = values.flatMap((value, position) => (Number.isFinite(value) ? [position] : []));
  const pick = <T>(list: readonly T[]) => kept.flatMap((position) => list.slice(position, position + 1));
  return { data: { ...data, layers: pick(data.layers), names: pick(data.names) }, values: pick(values) };
}
