import { describe, expect, it } from "vitest";
import { verdict } from "../../dev/recordingKernel";
import { CATALOGUE, GRAPH } from "../../dev/scene";
import type { Verdict } from "../protocol/messages";
import {
  dragSentence,
  portName,
  selectedEdge,
  selectedGroup,
  selectedNode,
  targetsInOrder,
  training,
} from "./selectors";
import { type Drag, INITIAL_STATE, type State } from "./state";

const state = (change: Partial<State>): State => ({ ...INITIAL_STATE, graph: GRAPH, catalogue: CATALOGUE, ...change });
const chosen = (nodes: string[], edge: string | null = null) => state({ selection: { nodes, edge } });

function drag(
  moving: Drag["moving"],
  verdicts: Verdict[] | null,
  over: string | null = null,
  by: Drag["by"] = "pointer",
) {
  const byPort = verdicts && new Map(verdicts.map((one) => [`${one.port.node}/${one.port.port}`, one]));
  return state({ drag: { id: 1, moving, by, verdicts: byPort, over } });
}

const LAYER = { type: "layer", kind: "Dropout" } as const;
const EDGE = { type: "edge", source: { node: "fc1", port: "y" }, reverse: false } as const;

describe("the selection", () => {
  it("is one layer, one edge, one group, or none of them", () => {
    expect(selectedNode(chosen(["fc1"]))?.name).toBe("fc1");
    expect(selectedNode(chosen(["fc1", "drop"]))).toBeNull();
    expect(selectedGroup(chosen(["g1"]))?.name).toBe("block1");
    expect(selectedEdge(chosen([], "fc1.y->drop.x"))?.target.node).toBe("drop");
  });
});

describe("the reason bar", () => {
  it("is empty while nothing is dragged", () => {
    expect(dragSentence(state({}))).toBe("");
  });

  it("says that it waits for the kernel", () => {
    expect(dragSentence(drag(LAYER, null))).toContain("Asking the kernel");
  });

  it("counts what fits and what needs an adapter", () => {
    const verdicts = [verdict("fc1/x"), verdict("drop/x"), verdict("add/a", "adapter"), verdict("conv1/x", "invalid")];
    expect(dragSentence(drag(LAYER, verdicts))).toContain("Dropout: 2 edges fit, 1 needs an adapter.");
    expect(dragSentence(drag(EDGE, [verdict("conv1/x", "invalid")]))).toBe("This edge: no port takes it.");
  });

  it("names the edge in the user's names and gives the reason and the fixes", () => {
    const wrong = verdict("drop/x", "invalid", { reason: "wants 4 axes.", fixes: ["Flatten (+0)", "Reshape"] });
    expect(dragSentence(drag(LAYER, [wrong], "drop/x"))).toBe(
      "fc1 → drop does not fit: wants 4 axes. Try: Flatten (+0), or Reshape.",
    );
    expect(dragSentence(drag(EDGE, [wrong], "drop/x"))).toContain("drop.x does not fit:");
  });

  it("says that a box would be replaced", () => {
    expect(dragSentence(drag(LAYER, [], "box/fc1"))).toBe("Put Dropout in the place of fc1.");
  });
});

it("keys walk first through the targets that fit", () => {
  const { drag: moving } = drag(EDGE, [verdict("a/x", "invalid"), verdict("b/x", "adapter"), verdict("c/x")]);
  expect(moving && targetsInOrder(moving).map((one) => one.port.node)).toEqual(["c", "b", "a"]);
});

it("a port is named as in code", () => {
  expect(portName(state({}), { node: "fc1", port: "x" })).toBe("fc1.x");
});

it("training is running, stepping or applying", () => {
  const at = (name: State["run"]["state"]) => training(state({ run: { ...INITIAL_STATE.run, state: name } }));
  expect([at("running"), at("applying"), at("paused"), at("fault")]).toEqual([true, true, false, false]);
});
