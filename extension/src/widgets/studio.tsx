// Entry of static/widget.js: the module that a view of the studio loads.
import { Component, type ReactNode, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { startComputation } from "../commands/computation";
import { startStudio } from "../commands/lifecycle";
import { createStudio } from "../commands/studio";
import { connectKernel, type WidgetModel } from "../protocol/bridge";
import { reduce } from "../store/reduce";
import { INITIAL_STATE } from "../store/state";
import { createStore } from "../store/store";
import { ComputePage } from "../view/compute/ComputePage";
import { StudioView } from "../view/StudioView";
import { StudioContext } from "../view/studioContext";
import { wearStyles } from "../view/styles";
import { lacking, tooOldNotice } from "../view/tooOld";

interface Place {
  readonly model: WidgetModel;
  readonly el: HTMLElement;
}

/** Draw the studio, or the computation alone, into `el`. Returns its own undo. */
function render({ model, el }: Place): () => void {
  const lost = lacking();
  if (lost.length) {
    el.append(tooOldNotice(lost));
    return () => el.replaceChildren();
  }
  const kernel = connectKernel(model, { newId });
  const studio = createStudio(kernel, createStore(reduce, INITIAL_STATE));
  const alone = model.get?.("shows") === "compute";
  const root = createRoot(el);
  const undress = wearStyles(el);
  root.render(
    <StrictMode>
      <ErrorSheet>
        <StudioContext.Provider value={studio}>{alone ? <ComputePage /> : <StudioView />}</StudioContext.Provider>
      </ErrorSheet>
    </StrictMode>,
  );
  const start = alone ? startComputation : startStudio;
  const stop = start(studio, { afterPaint: (callback) => requestAnimationFrame(callback) });
  return () => {
    stop();
    root.unmount();
    undress();
  };
}

function newId(): string {
  return globalThis.crypto?.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;
}

/** A fault in a view is shown in the cell, not in a console that nobody opens. */
class ErrorSheet extends Component<{ children: ReactNode }, { problem: string }> {
  override state = { problem: "" };

  static getDerivedStateFromError(error: unknown) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }

  override render() {
    if (!this.state.problem) return this.props.children;
    return (
      <div role="alert" style={{ padding: 12, border: "1px solid currentColor" }}>
        <p>The studio could not be drawn: {this.state.problem}</p>
        <p>The training is not touched by this.</p>
        <button type="button" onClick={() => this.setState({ problem: "" })}>
          Draw it again
        </button>
      </div>
    );
  }
}

export default { render };
