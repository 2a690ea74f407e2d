/** The model or the edits as Python, asked of the kernel. */
import { ask } from "./ask";
import type { Studio } from "./studio";

export async function showSource(studio: Studio, form: "module" | "script"): Promise<void> {
  const reply = await ask(studio, { type: "ask-source", form });
  if (reply) studio.store.dispatch({ type: "source-shown", source: { form, text: reply.text } });
}

export async function copyScript(studio: Studio): Promise<void> {
  const reply = await ask(studio, { type: "ask-source", form: "script" });
  if (reply) await studio.page.copy?.(reply.text);
}
