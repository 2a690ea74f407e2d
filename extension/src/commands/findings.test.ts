import { describe, expect, it } from "vitest";
import { recordedStudio } from "../../dev/recordingKernel";
import { GRAPH } from "../../dev/scene";
import type { FindingView } from "../protocol/messages";
import { findingAt, openFindings } from "../store/selectors";
import { applyCure, showFinding } from "./findings";

const finding = (rest: Partial<FindingView> = {}): FindingView => ({
  rule: "dead_relus",
  title: "Most units of a ReLU are dead",
  explanation: "They give 0 for every example.",
  evidence: { "share of units": 0.8 },
  nodes: ["relu1"],
  source: "Lu et al. 2020",
  threshold: "more than half of the units",
  layers: ["relu1"],
  cure: { type: "replace-node", node: "relu1", kind: "LeakyReLU", settings: {} },
  cureTitle: "LeakyReLU in place of ReLU",
  curePython: "",
  ...rest,
});
const folded = { ...GRAPH, groups: GRAPH.groups.map((group) => ({ ...group, folded: true })) };
const inside = GRAPH.nodes.find((node) => node.group !== null);

describe("a finding", () => {
  it("shows its layers: groups around them are opened, then they are selected and looked at", async () => {
    const { studio, asked, state, told } = recordedStudio({}, { graph: folded });
    const seen: string[][] = [];
    studio.page.revealAll = (uids) => seen.push([...uids]);
    await showFinding(studio, finding({ nodes: [inside?.uid ?? "", "gone"], layers: ["a"] }));
    expect(asked[0]).toMatchObject({ command: { type: "fold", group: inside?.group, folded: false } });
    expect(state().selection.nodes).toEqual([inside?.uid]);
    expect(told).toContainEqual({ type: "select", nodes: [inside?.uid] });
    expect(seen).toEqual([[inside?.uid]]);
  });

  it("leads to the canvas where there is room for one thing only", async () => {
    const { studio, state } = recordedStudio();
    studio.store.dispatch({ type: "width-changed", narrow: true });
    studio.store.dispatch({ type: "panel-toggled", panel: "findings" });
    expect(state().layout.tab).toBe("findings");
    await showFinding(studio, finding());
    expect(state().layout.tab).toBe("canvas");
  });

  it("has a cure that is an ordinary edit", async () => {
    const { studio, asked } = recordedStudio();
    expect((await applyCure(studio, finding()))?.type).toBe("command-done");
    expect(asked[0]).toMatchObject({ type: "run-command", revision: 3, command: { type: "replace-node" } });
    expect(await applyCure(studio, finding({ cure: null }))).toBeNull();
  });

  it("is announced once, marks its layers, and can be put away and brought back", () => {
    const { studio, state } = recordedStudio();
    const tell = (...findings: FindingView[]) => studio.store.dispatch({ type: "findings-arrived", findings });
    tell(finding());
    expect(state().announcement.text).toBe("Found: Most units of a ReLU are dead");
    const { turn } = state().announcement;
    tell();
    tell(finding({ evidence: { "share of units": 0.9 } }));
    expect(state().announcement.turn).toBe(turn);
    expect(findingAt(state(), "relu1")).toBe("Most units of a ReLU are dead");
    studio.store.dispatch({ type: "finding-put-away", rule: "dead_relus", away: true });
    expect([openFindings(state()).length, findingAt(state(), "relu1")]).toEqual([0, ""]);
    studio.store.dispatch({ type: "finding-put-away", rule: "dead_relus", away: false });
    expect(openFindings(state())).toHaveLength(1);
  });
});
