/** The scopes in the order of their tabs. A new scope is one file and one line here. */

import { activationsScope } from "./activations";
import { gradientsScope } from "./gradients";
import { histogramScope } from "./histogram";
import { lossScope } from "./loss";
import { overTimeScope } from "./overTime";
import type { Scope } from "./scope";
import { updatesScope } from "./updates";

export const SCOPES: readonly Scope[] = [
  lossScope,
  gradientsScope,
  activationsScope,
  updatesScope,
  histogramScope,
  overTimeScope,
];
