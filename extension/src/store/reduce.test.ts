import { describe, expect, it } from "vitest";
import { REFUSAL, verdict } from "../../dev/recordingKernel";
import { CATALOGUE, GRAPH } from "../../dev/scene";
import type { Frame, Opened } from "../protocol/messages";
import type { Action } from "./actions";
import { reduce } from "./reduce";
import { panelShown } from "./selectors";
import { INITIAL_STATE, type State } from "./state";

const stateAfter = (...actions: Action[]): State => actions.reduce(reduce, INITIAL_STATE);
const arrived: Action = { type: "graph-arrived", graph: GRAPH };
const select = (nodes: string[], edge: string | null = null): Action => ({
  type: "selected",
  selection: { nodes, edge },
});
const notice = (tone: "done" | "refused", title: string): Action => ({
  type: "notice-added",
  notice: { tone, title, detail: "", ports: [] },
});

describe("state from the kernel", () => {
  it("opens with the catalogue and all state at once", () => {
    const run = { ...INITIAL_STATE.run, step: 7 };
    const message: Opened = {
      type: "opened",
      requestId: "",
      version: 1,
      title: "digits",
      catalogue: CATALOGUE,
      graph: GRAPH,
      run,
      log: { type: "log-view", entries: [] },
      timeline: INITIAL_STATE.timeline,
      setup: { type: "setup-view", sections: [] },
      templates: [],
      quantities: [],
      code: { plots: "abc" },
    };
    const state = stateAfter({ type: "connection-lost" }, { type: "opened", message });
    expect(state).toMatchObject({ connection: "open", title: "digits", graph: GRAPH, run, code: { plots: "abc" } });
  });

  it("keeps the selection of layers that are still there", () => {
    const smaller = { ...GRAPH, nodes: GRAPH.nodes.filter((node) => node.uid !== "drop") };
    const state = stateAfter(arrived, select(["fc1", "drop", "g1"]), { type: "graph-arrived", graph: smaller });
    expect(state.selection.nodes).toEqual(["fc1", "g1"]);
  });

  it("forgets a selected edge that is gone", () => {
    const edge = "fc1.y->drop.x";
    expect(stateAfter(arrived, select([], edge), arrived).selection.edge).toBe(edge);
    expect(
      stateAfter(arrived, select([], edge), { type: "graph-arrived", graph: { ...GRAPH, edges: [] } }).selection.edge,
    ).toBeNull();
  });

  it("takes the run and the arrays from a frame", () => {
    const arrays = { "loss.value": { shape: [1], data: Float64Array.of(0.5) } };
    const run = { ...INITIAL_STATE.run, step: 12, loss: 0.5 };
    const frame: Frame = {
      type: "frame",
      number: 3,
      run,
      arrays: {},
      layers: [],
      names: [],
      flags: [],
      stats: [],
      selected: null,
      shown: "",
      plan: "",
    };
    const state = stateAfter({ type: "frame-arrived", frame, arrays });
    expect(state.run).toBe(run);
    expect(state.frame).toMatchObject({ number: 3, arrays });
  });
});

describe("a drag", () => {
  const started = stateAfter(arrived, { type: "drag-started", moving: { type: "layer", kind: "ReLU" }, by: "pointer" });
  const id = started.drag?.id ?? -1;

  it("takes the verdicts asked for it and passes over those of an earlier one", () => {
    const judged = (number: number) =>
      reduce(started, { type: "drag-judged", id: number, verdicts: [verdict("fc1/x")] });
    expect([...(judged(id).drag?.verdicts?.keys() ?? [])]).toEqual(["fc1/x"]);
    expect(judged(id - 1)).toBe(started);
  });

  it("ends when the kernel is lost", () => {
    expect(reduce(started, { type: "connection-lost" }).drag).toBeNull();
  });

  it("that hovers over the same place changes nothing", () => {
    const over = reduce(started, { type: "drag-over", over: "fc1/x" });
    expect(reduce(over, { type: "drag-over", over: "fc1/x" })).toBe(over);
  });
});

describe("notices", () => {
  it("a refusal shows what was got, wanted and to be tried, and is spoken", () => {
    const state = stateAfter({ type: "refused", reply: REFUSAL });
    expect(state.notices[0]).toMatchObject({
      tone: "refused",
      title: REFUSAL.title,
      detail: "got fc1 already feeds conv1\nlead the loop through a Delay layer",
      ports: REFUSAL.ports,
    });
    expect(state.announcement.text).toContain("would make a loop");
  });

  it("the newest receipt replaces the one before; refusals stay", () => {
    const state = stateAfter(notice("done", "one"), notice("refused", "no"), notice("done", "two"));
    expect(state.notices.map((shown) => shown.title)).toEqual(["no", "two"]);
  });

  it("the same refusal is shown once", () => {
    const state = stateAfter(notice("refused", "no"), notice("refused", "other"), notice("refused", "no"));
    expect(state.notices.map((shown) => shown.title)).toEqual(["other", "no"]);
  });

  it("are at most three, and can be dismissed", () => {
    const state = stateAfter(...["a", "b", "c", "d"].map((title) => notice("refused", title)));
    expect(state.notices.map((shown) => shown.title)).toEqual(["b", "c", "d"]);
    const id = state.notices[0]?.id ?? -1;
    expect(reduce(state, { type: "notice-dismissed", id }).notices).toHaveLength(2);
  });

  it("the same words are spoken again", () => {
    const once = stateAfter({ type: "announced", text: "no layer that way" });
    expect(reduce(once, { type: "announced", text: "no layer that way" }).announcement.turn).toBe(
      once.announcement.turn + 1,
    );
  });
});

describe("panels", () => {
  it("inspector and log share one place", () => {
    const state = stateAfter({ type: "panel-toggled", panel: "log" });
    expect(state.layout.open).toMatchObject({ log: true, inspector: false });
    expect(reduce(state, { type: "panel-toggled", panel: "inspector" }).layout.open).toMatchObject({
      log: false,
      inspector: true,
    });
  });

  it("the inspector follows the selection until it is closed by hand", () => {
    const chosen = stateAfter(arrived, select(["fc1"]));
    expect([panelShown(stateAfter(arrived), "inspector"), panelShown(chosen, "inspector")]).toEqual([false, true]);
    const closed = reduce(chosen, { type: "panel-toggled", panel: "inspector" });
    expect(panelShown(closed, "inspector")).toBe(false);
    expect(panelShown(reduce(closed, { type: "panel-toggled", panel: "inspector" }), "inspector")).toBe(true);
  });

  it("an opened panel is the chosen tab of a narrow studio", () => {
    expect(stateAfter({ type: "panel-toggled", panel: "palette", open: true }).layout.tab).toBe("palette");
  });

  it("the count of open requests never falls below nothing", () => {
    expect(stateAfter({ type: "request-answered" }, { type: "request-sent" }).unanswered).toBe(1);
  });
});
