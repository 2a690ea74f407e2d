/** The states of a training in words. */
import type { RunView } from "../protocol/messages";

export const RUN_WORDS: Readonly<Record<RunView["state"], string>> = {
  idle: "Ready",
  running: "Training",
  pausing: "Pausing",
  paused: "Paused",
  stepping: "Stepping",
  applying: "Applying an edit",
  fault: "Stopped by a fault",
  finished: "Finished",
};
