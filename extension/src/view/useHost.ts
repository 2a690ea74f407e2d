/** What the studio tells the page around it: how the training stands. Twice a second at most. */
import { type RefObject, useEffect } from "react";
import { RUN_STATE, type RunState } from "../model/host";
import { RUN_WORDS } from "../model/runWords";
import type { State } from "../store/state";
import { useStudio } from "./studioContext";

const PAUSE_MS = 500;

export function useHost(root: RefObject<HTMLElement | null>): void {
  const { store } = useStudio();
  useEffect(() => {
    const element = root.current;
    if (!element) return;
    let told = "";
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tell = () => {
      timer = undefined;
      const state = runState(store.getState());
      const text = JSON.stringify(state);
      if (text === told) return;
      told = text;
      send(element, state);
    };
    const stop = store.subscribe(() => {
      timer ??= setTimeout(tell, PAUSE_MS);
    });
    tell();
    return () => {
      stop();
      clearTimeout(timer);
      send(element, null);
    };
  }, [root, store]);
}

function runState({ run, title, connection }: State): RunState | null {
  if (connection !== "open") return null;
  return { title, words: RUN_WORDS[run.state], step: run.step, loss: run.loss, running: run.state === "running" };
}

/** On the page's own document too where the element has gone already. */
function send(element: HTMLElement, detail: RunState | null): void {
  const from: EventTarget = element.isConnected ? element : document;
  from.dispatchEvent(new CustomEvent(RUN_STATE, { detail, bubbles: true }));
}
