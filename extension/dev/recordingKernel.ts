/** A kernel for tests of commands: keeps what it was asked and answers from a table. */
import { createStudio, type Studio } from "../src/commands/studio";
import type { Kernel, Question, StateListener } from "../src/protocol/bridge";
import type { Failed, FromBrowser, Verdict } from "../src/protocol/messages";
import { reduce } from "../src/store/reduce";
import { INITIAL_STATE, type State } from "../src/store/state";
import { createStore } from "../src/store/store";
import { CATALOGUE, GRAPH } from "./scene";

export interface Recorded {
  readonly studio: Studio;
  readonly asked: Question[];
  readonly told: FromBrowser[];
  readonly state: () => State;
  /** Speak on the state lane. */
  readonly emit: StateListener;
  /** The connection may have changed. */
  readonly connection: () => void;
}

type Answers = Partial<Record<Question["type"], unknown>>;

const USUAL: Answers = {
  "run-command": { type: "command-done", requestId: "", revision: 3, step: 10, receipt: "kept all", python: "" },
  undo: { type: "done", requestId: "" },
  redo: { type: "done", requestId: "" },
  transport: { type: "done", requestId: "" },
  inspect: { type: "inspected", requestId: "", node: "fc1", parameters: [], facts: {} },
};

export const REFUSAL: Failed = {
  type: "failed",
  requestId: "",
  title: "connecting would make a loop",
  got: "fc1 already feeds conv1",
  want: "",
  hint: "lead the loop through a Delay layer",
  where: "",
  ports: [{ node: "conv1", port: "x" }],
};

export function verdict(port: string, judged: Verdict["verdict"] = "valid", rest: Partial<Verdict> = {}): Verdict {
  const [node = "", name = ""] = port.split("/");
  return { port: { node, port: name }, verdict: judged, reason: "", fixes: [], settings: {}, ...rest };
}

/** A studio that has opened the made-up digits network. An answer may be a function of the question. */
export function recordedStudio(answers: Answers = {}, change: Partial<State> = {}): Recorded {
  const asked: Question[] = [];
  const told: FromBrowser[] = [];
  const listeners = new Set<StateListener>();
  const watchers = new Set<() => void>();
  const kernel: Kernel = {
    ask: async (question: Question) => {
      asked.push(question);
      const answer = { ...USUAL, ...answers }[question.type];
      return (typeof answer === "function" ? answer(question) : answer) as never;
    },
    tell: (message) => told.push(message),
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    watchConnection: (listener) => {
      watchers.add(listener);
      return () => watchers.delete(listener);
    },
    close: () => listeners.clear(),
  };
  const opened: State = { ...INITIAL_STATE, connection: "open", catalogue: CATALOGUE, graph: GRAPH, ...change };
  const studio = createStudio(kernel, createStore(reduce, opened));
  return {
    studio,
    asked,
    told,
    state: studio.store.getState,
    emit: (message, arrays) => {
      for (const listener of listeners) listener(message, arrays);
    },
    connection: () => {
      for (const watcher of watchers) watcher();
    },
  };
}
