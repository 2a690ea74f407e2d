/** Values by depth: one per layer, NaN where not measured. */

import type { ScopeData } from "./scope";

/** The array by name if it fits the layers and holds at least one finite value, else null. */
export function measured(data: ScopeData, name: string): number[] | null {
  const values = data.arrays[name]?.data;
  if (values === undefined || values.length !== data.layers.length) return null;
  const list = Array.from(values);
  return list.some(Number.isFinite) ? list : null;
}
