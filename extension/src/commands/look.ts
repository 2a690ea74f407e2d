/** A closer look, computed by the kernel at the next boundary and shown in a sheet. */
import type { AskLook } from "../protocol/messages";
import { ask } from "./ask";
import type { Studio } from "./studio";

export async function lookCloser(studio: Studio, kind: AskLook["kind"], node: string): Promise<void> {
  const reply = await ask(studio, { type: "ask-look", kind, node });
  if (reply) studio.store.dispatch({ type: "looked", looked: reply });
}
