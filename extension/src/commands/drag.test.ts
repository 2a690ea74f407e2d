import { describe, expect, it } from "vitest";
import { REFUSAL, recordedStudio, verdict } from "../../dev/recordingKernel";
import { GRAPH, makeNode } from "../../dev/scene";
import type { Question } from "../protocol/bridge";
import type { Verdict } from "../protocol/messages";
import {
  connectByKeys,
  dropInOpen,
  dropOnCanvas,
  dropOnNode,
  dropOnTarget,
  hover,
  insertAtSelection,
  pickUp,
  walkTargets,
} from "./drag";
import { chooseOffer } from "./pick";

const targets = (...verdicts: Verdict[]) => ({ type: "targets", requestId: "", verdicts });
const LAYER = { type: "layer", kind: "Dropout" } as const;
const EDGE = { type: "edge", source: { node: "conv1", port: "y" }, reverse: false } as const;
const commands = (asked: readonly Question[]) =>
  asked.flatMap((question) => (question.type === "run-command" ? [question.command] : []));

describe("a layer", () => {
  it("is asked about once, and goes onto an edge with the settings that fit there", async () => {
    const fitting = verdict("drop/x", "valid", { settings: { num_features: 64 } });
    const { studio, asked, state } = recordedStudio({ "ask-insertions": targets(fitting) });
    pickUp(studio, { ...LAYER, settings: { p: 0.2 } }, "pointer");
    await dropOnTarget(studio, "drop/x");
    expect(asked.map((question) => question.type)).toEqual(["ask-insertions", "run-command"]);
    expect(commands(asked)).toEqual([
      {
        type: "insert-on-edge",
        target: { node: "drop", port: "x" },
        kind: "Dropout",
        settings: { num_features: 64, p: 0.2 },
        name: null,
      },
    ]);
    expect(state().drag).toBeNull();
    expect(state().notices[0]?.detail).toBe("kept all");
  });

  it("that does not fit is not sent: the reason is shown", async () => {
    const wrong = verdict("drop/x", "invalid", { reason: "wants 4 axes", fixes: ["Reshape"] });
    const { studio, asked, state } = recordedStudio({ "ask-insertions": targets(wrong) });
    pickUp(studio, LAYER, "pointer");
    await dropOnTarget(studio, "drop/x");
    expect(commands(asked)).toEqual([]);
    expect(state().notices[0]).toMatchObject({ tone: "refused", detail: "wants 4 axes\ntry Reshape" });
  });

  it("without a verdict is sent all the same: the kernel decides", async () => {
    const { studio, asked } = recordedStudio({ "ask-insertions": { type: "failed", title: "silence" } });
    pickUp(studio, LAYER, "pointer");
    await dropOnTarget(studio, "drop/x");
    expect(commands(asked)).toHaveLength(1);
  });

  it("on open canvas is added there, on a box it takes its place", async () => {
    const { studio, asked } = recordedStudio({ "ask-insertions": targets() });
    pickUp(studio, LAYER, "pointer");
    await dropOnCanvas(studio, { x: 10.4, y: 20.6 });
    pickUp(studio, LAYER, "tap");
    await dropOnNode(studio, "fc1");
    expect(commands(asked)).toEqual([
      { type: "add-node", kind: "Dropout", settings: {}, name: null, position: [10, 21], group: null },
      { type: "replace-node", node: "fc1", kind: "Dropout", settings: {} },
    ]);
  });
});

it("a layer that was put in is selected as soon as it is drawn", async () => {
  const recorded = recordedStudio({ "ask-insertions": targets(), "run-command": () => answerAndDraw() });
  const fresh = makeNode({ uid: "n9", kind: "Dropout", out: null, x: 0 });
  const answerAndDraw = () => {
    const graph = { ...GRAPH, revision: 4, nodes: [...GRAPH.nodes, fresh] };
    queueMicrotask(() => recorded.studio.store.dispatch({ type: "graph-arrived", graph }));
    return { type: "command-done", requestId: "", revision: 4, step: 1, receipt: "", python: "" };
  };
  pickUp(recorded.studio, LAYER, "pointer");
  await dropOnCanvas(recorded.studio, { x: 0, y: 0 });
  expect(recorded.state().selection.nodes).toEqual(["n9"]);
});

describe("Enter in the palette", () => {
  const insertedAt = async (nodes: string[], edge: string | null) => {
    const { studio, asked, state } = recordedStudio({ "ask-insertions": targets() }, { selection: { nodes, edge } });
    await insertAtSelection(studio, LAYER);
    return { commands: commands(asked), drag: state().drag };
  };

  it("inserts on the selected edge", async () => {
    const { commands: sent } = await insertedAt([], "conv2.y->add.a");
    expect(sent[0]).toMatchObject({ type: "insert-on-edge", target: { node: "add", port: "a" } });
  });

  it("inserts behind the selected layer, and before the last one", async () => {
    expect((await insertedAt(["fc1"], null)).commands[0]).toMatchObject({ target: { node: "drop", port: "x" } });
    expect((await insertedAt(["output"], null)).commands[0]).toMatchObject({ target: { node: "output", port: "x" } });
  });

  it("lets the keys choose where nothing is selected", async () => {
    const { commands: sent, drag } = await insertedAt([], null);
    expect(sent).toEqual([]);
    expect(drag?.by).toBe("keys");
  });
});

describe("an edge", () => {
  it("is led from output to input", async () => {
    const { studio, asked } = recordedStudio({ "ask-targets": targets(verdict("add/b")) });
    pickUp(studio, EDGE, "pointer");
    await dropOnTarget(studio, "add/b");
    expect(commands(asked)).toEqual([{ type: "connect", source: EDGE.source, target: { node: "add", port: "b" } }]);
  });

  it("that needs an adapter asks which, and does what is chosen as it came", async () => {
    const wanting = verdict("fc1/x", "adapter", { reason: "wants (N, 1024)", fixes: ["Flatten (+0)"] });
    const card = {
      kind: "Flatten",
      text: "Flatten",
      parameters: 0,
      flops: 0,
      command: { type: "ungroup", group: "g1" },
    } as const;
    const answers = { "ask-targets": targets(wanting), "ask-adapters": { type: "offers", offers: [card] } };
    const { studio, asked, state } = recordedStudio(answers);
    pickUp(studio, EDGE, "pointer");
    await dropOnTarget(studio, "fc1/x", { x: 5, y: 6 });
    expect(asked.at(-1)).toMatchObject({ source: EDGE.source, target: { node: "fc1", port: "x" }, revision: 3 });
    expect(state().picker).toMatchObject({ at: { x: 5, y: 6 }, offers: [card] });
    await chooseOffer(studio, card);
    expect(commands(asked)).toEqual([card.command]);
    expect(state().picker).toBeNull();
  });

  it("let go in the open asks what takes it there", async () => {
    const { studio, asked, state } = recordedStudio({ "ask-targets": targets(), "ask-takers": REFUSAL });
    pickUp(studio, EDGE, "pointer");
    await dropInOpen(studio, { x: 10.4, y: 20 }, { x: 1, y: 2 });
    expect(asked.at(-1)).toMatchObject({ type: "ask-takers", source: EDGE.source, position: [10, 20] });
    expect([state().picker, state().drag, state().notices.length]).toEqual([null, null, 1]);
  });

  it("dragged backwards is led the same way", async () => {
    const { studio, asked } = recordedStudio({ "ask-targets": targets(verdict("conv1/y")) });
    pickUp(studio, { type: "edge", source: { node: "add", port: "b" }, reverse: true }, "pointer");
    await dropOnTarget(studio, "conv1/y");
    expect(asked[0]).toMatchObject({ type: "ask-targets", reverse: true });
    expect(commands(asked)[0]).toMatchObject({
      source: { node: "conv1", port: "y" },
      target: { node: "add", port: "b" },
    });
  });

  it("let go while the kernel still thinks is not placed", async () => {
    const { studio, asked } = recordedStudio({ "ask-targets": targets(verdict("add/b")) });
    pickUp(studio, EDGE, "pointer");
    const drop = dropOnTarget(studio, "add/b");
    studio.store.dispatch({ type: "drag-ended" });
    await drop;
    expect(commands(asked)).toEqual([]);
  });

  it("by keys: arrows walk the targets, the reason is spoken", async () => {
    const loop = verdict("conv1/x", "invalid", { reason: "would make a loop" });
    const answers = { "ask-targets": targets(loop, verdict("add/b")) };
    const { studio, state } = recordedStudio(answers, { selection: { nodes: ["relu1"], edge: null } });
    connectByKeys(studio);
    await studio.judging;
    walkTargets(studio, 1);
    expect(state().drag?.over).toBe("add/b");
    walkTargets(studio, 1);
    expect(state().announcement.text).toContain("would make a loop");
    walkTargets(studio, 1);
    expect(state().drag?.over).toBe("add/b");
  });

  it("needs a selected layer with an output", () => {
    const { studio, state } = recordedStudio({}, { selection: { nodes: ["output"], edge: null } });
    connectByKeys(studio);
    expect(state().drag).toBeNull();
    expect(state().announcement.text).toContain("Select a layer");
  });
});

it("hovering is remembered for the reason bar", () => {
  const { studio, state } = recordedStudio({ "ask-insertions": targets() });
  pickUp(studio, LAYER, "pointer");
  hover(studio, "drop/x");
  expect(state().drag?.over).toBe("drop/x");
});
