/** Requests as the studio sends them: counted while open, refusals shown, edits one after the other. */

import type { Kernel } from "../protocol/bridge";
import type { Command, CommandDone, Failed, Several } from "../protocol/messages";
import type { Studio } from "./studio";

type Question = Parameters<Kernel["ask"]>[0];

/** Ask, and show a refusal. Null if it was refused. */
export async function ask<Q extends Question>(studio: Studio, question: Q) {
  studio.store.dispatch({ type: "request-sent" });
  const reply = await studio.kernel.ask(question);
  studio.store.dispatch({ type: "request-answered" });
  if (reply.type === "failed") {
    studio.store.dispatch({ type: "refused", reply: reply as Failed });
    return null;
  }
  return reply as Exclude<typeof reply, Failed>;
}

/** Ask for one edit. It waits for the edit before it; the receipt is shown unless `quiet`. Null if it was refused. */
export function edit(studio: Studio, command: Command, quiet = false): Promise<CommandDone | null> {
  const turn = studio.lastEdit.then(() => sendEdit(studio, command, quiet));
  studio.lastEdit = turn;
  return turn;
}

/** Edits of one gesture: one command, which is undone as one. */
export function together(studio: Studio, commands: Several["commands"], words: string, quiet = false) {
  const [first, ...more] = commands;
  if (!first) return Promise.resolve(null);
  return edit(studio, more.length ? { type: "several", commands, words } : first, quiet);
}

async function sendEdit(studio: Studio, command: Command, quiet: boolean): Promise<CommandDone | null> {
  const { revision } = studio.store.getState().graph;
  const done = await ask(studio, { type: "run-command", revision, command });
  if (done && !quiet) showReceipt(studio, done);
  return done;
}

export function showReceipt(studio: Studio, done: CommandDone): void {
  const notice = { tone: "done" as const, title: `Applied after step ${done.step}`, detail: done.receipt, ports: [] };
  studio.store.dispatch({ type: "notice-added", notice });
}

export function announce(studio: Studio, text: string): void {
  studio.store.dispatch({ type: "announced", text });
}
