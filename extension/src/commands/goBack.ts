/** Rewinds and switches of branch, each in its turn behind the edits before it. */
import type { Rewind, SwitchBranch } from "../protocol/messages";
import { ask, showReceipt } from "./ask";
import type { Studio } from "./studio";

type Journey = Omit<Rewind, "requestId"> | Omit<SwitchBranch, "requestId">;

async function travel(studio: Studio, journey: Journey): Promise<void> {
  const turn = studio.lastEdit.then(() => ask(studio, journey));
  studio.lastEdit = turn;
  const done = await turn;
  if (done?.type === "command-done") showReceipt(studio, done);
}

/** Back to the front of an edit, or of the last one; what is trained now is kept as a branch. */
export function rewindEdit(studio: Studio, edit: number | null): Promise<void> {
  return travel(studio, { type: "rewind", mark: null, edit, name: null });
}

export function rewindTo(studio: Studio, mark: string): Promise<void> {
  return travel(studio, { type: "rewind", mark, edit: null, name: null });
}

export function switchTo(studio: Studio, name: string): Promise<void> {
  return travel(studio, { type: "switch-branch", name });
}
