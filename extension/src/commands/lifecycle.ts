/** From a widget model to a running studio: open, listen, acknowledge frames, notice a lost kernel. */

import type { NamedArrays } from "../protocol/arrays";
import type { StateMessage } from "../protocol/bridge";
import type { Frame } from "../protocol/messages";
import { VERSION } from "../protocol/messages";
import { receiveComputation, showComputation } from "./computation";
import { tellOverlay } from "./overlay";
import type { Clock, Studio } from "./studio";

/** Start the studio. Returns its own undo. */
export function startStudio(studio: Studio, clock: Clock): () => void {
  const stopListening = studio.kernel.listen((message, arrays) => receive(studio, clock, message, arrays));
  const stopWatching = studio.kernel.watchConnection(() => void open(studio, SHORT_PATIENCE));
  void open(studio);
  return () => {
    stopListening();
    stopWatching();
    studio.kernel.close();
  };
}

/** A kernel that is still there answers soon; one that was restarted never does. In milliseconds. */
const SHORT_PATIENCE = 5_000;

/** Ask for the catalogue and all state: at the start, and whenever the connection may have changed. */
export async function open(studio: Studio, patience?: number): Promise<void> {
  studio.store.dispatch({ type: "connection-opening" });
  const reply = await studio.kernel.ask({ type: "open", version: VERSION }, patience);
  if (reply.type === "opened") {
    studio.store.dispatch({ type: "opened", message: reply });
    studio.kernel.tell({ type: "select", nodes: studio.store.getState().selection.nodes });
    if (studio.store.getState().compute.shown) void showComputation(studio, true);
    if (studio.store.getState().overlay.quantity) tellOverlay(studio);
    return;
  }
  studio.store.dispatch({ type: "connection-lost" });
  studio.store.dispatch({ type: "refused", reply });
}

function receive(studio: Studio, clock: Clock, message: StateMessage, arrays: NamedArrays): void {
  const { store } = studio;
  if (message.type === "graph-view") store.dispatch({ type: "graph-arrived", graph: message });
  else if (message.type === "run-view") store.dispatch({ type: "run-arrived", run: message });
  else if (message.type === "log-view") store.dispatch({ type: "log-arrived", log: message });
  else if (message.type === "timeline-view") store.dispatch({ type: "timeline-arrived", timeline: message });
  else if (message.type === "setup-view") store.dispatch({ type: "setup-arrived", sections: message.sections });
  else if (message.type === "palette-view") store.dispatch({ type: "palette-arrived", palette: message });
  else if (message.type === "findings-view") store.dispatch({ type: "findings-arrived", findings: message.findings });
  else if (message.type === "frame") receiveFrame(studio, clock, message, arrays);
  else receiveComputation(studio, clock, message, arrays);
}

/** The kernel sends the next frame when this one was painted: one in flight. */
function receiveFrame({ store, kernel }: Studio, clock: Clock, frame: Frame, arrays: NamedArrays): void {
  store.dispatch({ type: "frame-arrived", frame, arrays });
  clock.afterPaint(() => kernel.tell({ type: "frame-seen", number: frame.number }));
}
