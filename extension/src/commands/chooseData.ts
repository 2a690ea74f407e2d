/** Data of the notebook to train on. */
import type { CommandDone } from "../protocol/messages";
import { ask, showReceipt } from "./ask";
import type { Studio } from "./studio";

/** An edit like the others, in its turn. Null if it was refused. */
export function chooseData(studio: Studio, name: string): Promise<CommandDone | null> {
  const turn = studio.lastEdit.then(async () => {
    const { revision } = studio.store.getState().graph;
    const done = await ask(studio, { type: "choose-data", revision, name });
    if (done) showReceipt(studio, done);
    return done;
  });
  studio.lastEdit = turn;
  return turn;
}
