/** Marks, the shadow run, and two networks side by side. */
import { announce, ask } from "./ask";
import type { Studio } from "./studio";

export async function makeMark(studio: Studio, name: string | null): Promise<void> {
  const done = await ask(studio, { type: "make-mark", name });
  if (done) announce(studio, name ? `Mark ${name} made.` : "Mark made.");
}

export async function forgetMark(studio: Studio, name: string): Promise<void> {
  await ask(studio, { type: "forget-mark", name });
}

export async function setShadow(studio: Studio, steps: number): Promise<void> {
  await ask(studio, { type: "set-shadow", steps });
}

/** Two branches; without a name, now against the front of the last edit. */
export async function compare(studio: Studio, one: string | null): Promise<void> {
  const reply = await ask(studio, { type: "ask-comparison", one, other: null });
  if (reply) studio.store.dispatch({ type: "compared", compared: reply });
}
