import { expect, it } from "vitest";
import { REFUSAL, recordedStudio } from "../../dev/recordingKernel";
import { CATALOGUE, GRAPH } from "../../dev/scene";
import type { Frame } from "../protocol/messages";
import { INITIAL_STATE } from "../store/state";
import { startStudio } from "./lifecycle";

const LOG = { type: "log-view", entries: [] } as const;
const OPENED = {
  type: "opened",
  title: "digits",
  catalogue: CATALOGUE,
  graph: GRAPH,
  run: INITIAL_STATE.run,
  log: LOG,
  setup: { type: "setup-view", sections: [] },
  code: {},
};
const FRAME = {
  type: "frame",
  number: 5,
  run: INITIAL_STATE.run,
  layers: [],
  names: [],
  flags: [],
  stats: [],
} as unknown as Frame;

function start(answers = {}) {
  const recorded = recordedStudio({ open: OPENED, ...answers }, INITIAL_STATE);
  const paints: (() => void)[] = [];
  const stop = startStudio(recorded.studio, { afterPaint: (callback) => paints.push(callback) });
  return { ...recorded, paints, stop };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

it("opens at the start and asks again when the connection may have changed", async () => {
  let alive = true;
  const { asked, told, state, connection } = start({ open: () => (alive ? OPENED : REFUSAL) });
  await settled();
  expect(state().connection).toBe("open");
  alive = false;
  connection();
  await settled();
  expect(state().connection).toBe("lost");
  alive = true;
  connection();
  await settled();
  expect(told).toContainEqual({ type: "select", nodes: [] });
  expect([state().connection, asked.length]).toEqual(["open", 3]);
});

it("says so when nobody opens", async () => {
  const { state } = start({ open: REFUSAL });
  await settled();
  expect(state().connection).toBe("lost");
  expect(state().notices[0]?.title).toBe(REFUSAL.title);
});

it("acknowledges a frame only when it was painted", () => {
  const { emit, paints, told, state } = start();
  emit(FRAME, {});
  expect(state().frame?.number).toBe(5);
  expect(told).toEqual([]);
  for (const paint of paints) paint();
  expect(told).toEqual([{ type: "frame-seen", number: 5 }]);
});

it("takes every kind of state", () => {
  const { emit, state } = start();
  emit({ ...GRAPH, revision: 9 }, {});
  emit({ ...INITIAL_STATE.run, step: 4 }, {});
  const entry = {
    number: 1,
    step: 2,
    author: "code",
    title: "t",
    python: "p",
    status: "applied",
    receipt: "",
    kind: "edit",
    branch: "main",
    effect: "",
    rewindable: false,
  } as const;
  emit({ type: "log-view", entries: [entry] }, {});
  expect([state().graph.revision, state().run.step, state().log]).toEqual([9, 4, [entry]]);
});

it("listens no more once stopped", () => {
  const { emit, stop, state } = start();
  stop();
  emit({ ...GRAPH, revision: 9 }, {});
  expect(state().graph.revision).toBe(0);
});
