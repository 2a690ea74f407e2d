/** The shape of a UI command. Each stands in a file of its own; `registry.ts` lists them. */
import type { State } from "../store/state";
import type { Studio } from "./studio";

export interface UiCommand {
  readonly id: string;
  readonly label: string;
  /** As `keyText` spells them; the first is shown. */
  readonly keys: readonly string[];
  /** Heading in the keyboard map. */
  readonly family: "Training" | "Edit" | "Move about" | "Computation" | "View";
  /** The key is left to the browser, whose own event does it; listed for the keyboard map. */
  readonly byBrowser?: true;
  enabled(state: State): boolean;
  /** What it returns is of no use to the caller. */
  run(studio: Studio): unknown;
}
