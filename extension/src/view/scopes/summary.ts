/** The plots in words, for those who do not see them. Pure. */

import { figure } from "../../model/format";
import { measured } from "./measured";
import type { ScopeData } from "./scope";

export interface Row {
  readonly label: string;
  readonly value: string;
}

/** Loss now, and each quantity at the first and the last layer where it is measured. */
export function summary(data: ScopeData): Row[] {
  return [
    ...lossRows(data),
    ...endRows(data, "gradient.norm", "Gradient", figure),
    ...endRows(data, "activation.std", "Activation standard deviation", figure),
    ...endRows(data, "update.ratio", "Update over weight", (exponent) => figure(10 ** exponent)),
    ...(data.flags.length > 0 ? [{ label: "Edits so far", value: String(data.flags.length) }] : []),
  ];
}

function lossRows(data: ScopeData): Row[] {
  const step = data.arrays["loss.step"]?.data.at(-1);
  const value = data.arrays["loss.value"]?.data.at(-1);
  if (step === undefined || value === undefined) return [];
  return [{ label: `Loss at step ${step}`, value: figure(value) }];
}

function endRows(data: ScopeData, name: string, label: string, text: (value: number) => string): Row[] {
  const values = measured(data, name);
  if (values === null) return [];
  const first = values.findIndex(Number.isFinite);
  const last = values.map(Number.isFinite).lastIndexOf(true);
  const row = (position: number, end: string): Row => ({
    label: `${label}, ${end} (${data.names[position] ?? ""})`,
    value: text(values[position] ?? Number.NaN),
  });
  return first === last ? [row(first, "only layer")] : [row(first, "first layer"), row(last, "last layer")];
}
