import { expect, it } from "vitest";
import { recordedStudio } from "../../dev/recordingKernel";
import { GRAPH } from "../../dev/scene";
import { edit } from "./ask";
import { turnBack } from "./turnBack";

const DONE = { type: "command-done", requestId: "", revision: 4, step: 10, receipt: "stash came back", python: "" };

it("a layer that comes back is selected, and the receipt is shown", async () => {
  const graph = { ...GRAPH, nodes: GRAPH.nodes.filter((node) => node.uid !== "drop") };
  const undo = () => {
    queueMicrotask(() => studio.store.dispatch({ type: "graph-arrived", graph: { ...GRAPH, revision: 4 } }));
    return DONE;
  };
  const { studio, state } = recordedStudio({ undo }, { graph });
  await turnBack(studio, "undo");
  expect(state().selection.nodes).toEqual(["drop"]);
  expect(state().notices.at(-1)?.detail).toBe("stash came back");
});

it("edits do not wait for a graph that never comes", async () => {
  const { studio, asked } = recordedStudio({ undo: { ...DONE, revision: 99 } });
  void turnBack(studio, "undo");
  await edit(studio, { type: "freeze", node: "fc1", frozen: true });
  expect(asked.map((question) => question.type)).toEqual(["undo", "run-command"]);
});
