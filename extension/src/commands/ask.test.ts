import { expect, it } from "vitest";
import { REFUSAL, recordedStudio } from "../../dev/recordingKernel";
import { GRAPH } from "../../dev/scene";
import { ask, edit } from "./ask";

it("counts a request while it is open", async () => {
  const { studio, state } = recordedStudio();
  const answer = ask(studio, { type: "undo" });
  expect(state().unanswered).toBe(1);
  await answer;
  expect(state().unanswered).toBe(0);
});

it("shows a refusal and gives null", async () => {
  const { studio, state } = recordedStudio({ "run-command": REFUSAL });
  expect(await edit(studio, { type: "remove-nodes", nodes: ["fc1"] })).toBeNull();
  expect(state().notices[0]?.title).toBe(REFUSAL.title);
});

it("an edit waits for the one before it and names the revision that it left", async () => {
  const recorded = recordedStudio({
    "run-command": () => {
      const { graph } = recorded.state();
      recorded.studio.store.dispatch({ type: "graph-arrived", graph: { ...GRAPH, revision: graph.revision + 1 } });
      return { type: "command-done", requestId: "", revision: graph.revision + 1, step: 1, receipt: "", python: "" };
    },
  });
  void edit(recorded.studio, { type: "freeze", node: "fc1", frozen: true });
  await edit(recorded.studio, { type: "freeze", node: "head", frozen: true });
  expect(recorded.asked).toMatchObject([{ revision: 3 }, { revision: 4 }]);
});

it("a quiet edit shows no receipt", async () => {
  const { studio, state } = recordedStudio();
  await edit(studio, { type: "move", node: "fc1", position: [0, 0] }, true);
  expect(state().notices).toEqual([]);
});
