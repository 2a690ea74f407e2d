import { describe, expect, it } from "vitest";
import { recordedStudio } from "../../dev/recordingKernel";
import { INITIAL_STATE, type State } from "../store/state";
import { isPressing, isTyping, keyText } from "./keys";
import { COMMANDS, commandFor } from "./registry";

const stroke = (key: string, rest = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...rest,
});

async function press(keys: string, change: Partial<State> = {}) {
  const recorded = recordedStudio({}, change);
  await commandFor(keys, recorded.state())?.run(recorded.studio);
  return { ...recorded, last: recorded.asked.at(-1) };
}

const one = { selection: { nodes: ["fc1"], edge: null } };

describe("the registry", () => {
  it("gives every command an id of its own and a key", () => {
    expect(new Set(COMMANDS.map((command) => command.id)).size).toBe(COMMANDS.length);
    expect(COMMANDS.filter((command) => command.keys.length === 0)).toEqual([]);
  });

  it("runs nothing for a key that nobody has or that is not enabled", () => {
    expect(commandFor("q", INITIAL_STATE)).toBeNull();
    expect(commandFor("Delete", INITIAL_STATE)).toBeNull();
  });
});

describe("keys", () => {
  it("space plays or pauses, the dot makes one step", async () => {
    expect((await press("Space")).last).toMatchObject({ type: "transport", action: "play" });
    const running = { run: { ...INITIAL_STATE.run, state: "running" as const } };
    expect((await press("Space", running)).last).toMatchObject({ action: "pause" });
    expect((await press(".")).last).toMatchObject({ action: "step", steps: 1 });
    expect((await press(".", running)).last).toBeUndefined();
  });

  it("Delete and Backspace remove layers or disconnect the selected edge", async () => {
    for (const key of ["Delete", "Backspace"]) {
      expect((await press(key, one)).last).toMatchObject({
        revision: 3,
        command: { type: "remove-nodes", nodes: ["fc1"] },
      });
    }
    const edge = { selection: { nodes: [], edge: "fc1.y->drop.x" } };
    expect((await press("Delete", edge)).last).toMatchObject({
      command: { type: "disconnect", target: { node: "drop", port: "x" } },
    });
  });

  it("undo only where there is something to undo", async () => {
    expect((await press("Ctrl+Z")).last).toMatchObject({ type: "undo" });
    expect((await press("Ctrl+Shift+Z")).last).toBeUndefined();
  });

  it("freezes, thaws, bypasses and duplicates the selection", async () => {
    expect((await press("f", one)).last).toMatchObject({ command: { type: "freeze", node: "fc1", frozen: true } });
    const frozen = { selection: { nodes: ["conv2"], edge: null } };
    expect((await press("f", frozen)).last).toMatchObject({ command: { type: "freeze", frozen: false } });
    expect((await press("b", one)).last).toMatchObject({ command: { type: "bypass", bypassed: true } });
    expect((await press("Ctrl+D", one)).last).toMatchObject({ command: { type: "duplicate", nodes: ["fc1"] } });
  });

  it("groups several layers under a free name, folds and ungroups", async () => {
    const several = { selection: { nodes: ["fc1", "drop"], edge: null } };
    const group = { selection: { nodes: ["g1"], edge: null } };
    expect((await press("Ctrl+G", several)).last).toMatchObject({ command: { type: "group-nodes", name: "group1" } });
    expect((await press("Enter", group)).last).toMatchObject({ command: { type: "fold", group: "g1", folded: true } });
    expect((await press("Ctrl+Shift+G", group)).last).toMatchObject({ command: { type: "ungroup", group: "g1" } });
  });

  it("splits a group, shares and unshares weights, moves a layer along its chain", async () => {
    const two = { selection: { nodes: ["fc1", "drop"], edge: null } };
    expect((await press("t", two)).last).toMatchObject({ command: { type: "share", owner: "fc1", node: "drop" } });
    expect((await press("t", one)).last).toMatchObject({ command: { type: "unshare", node: "fc1" } });
    const { graph } = recordedStudio().state();
    const inside = graph.nodes.find((node) => node.group !== null)?.uid ?? "";
    const chosen = { selection: { nodes: [inside], edge: null } };
    expect((await press("j", chosen)).last).toMatchObject({ command: { type: "split-group", nodes: [inside] } });
    const [group] = graph.groups;
    const twice = { selection: { nodes: [group?.uid ?? "", group?.uid ?? ""], edge: null } };
    expect((await press("j", twice)).last).toMatchObject({ command: { type: "merge-groups" } });
    expect((await press("<", { selection: { nodes: ["drop"], edge: null } })).last).toMatchObject({
      command: { type: "reorder", node: "drop" },
    });
  });

  it("arrows walk from layer to layer and say what is there", async () => {
    const { state, told } = await press("ArrowRight", { selection: { nodes: ["conv1"], edge: null } });
    expect(state().selection.nodes).toEqual(["relu1"]);
    expect(state().announcement.text).toBe("relu1, ReLU, no parameters. Leads to conv2 and add.");
    expect(told).toContainEqual({ type: "select", nodes: ["relu1"] });
  });

  it("Escape closes the innermost thing that is open", async () => {
    const open = { layout: { ...INITIAL_STATE.layout, keyboardMap: true }, ...one };
    const { state } = await press("Escape", open);
    expect([state().layout.keyboardMap, state().selection.nodes]).toEqual([false, ["fc1"]]);
    expect((await press("Escape", one)).state().selection.nodes).toEqual([]);
  });
});

describe("the spelling of keys", () => {
  it("makes ⌘ and Ctrl one, and names Shift only with letters and named keys", () => {
    expect(keyText(stroke("z", { metaKey: true }))).toBe("Ctrl+Z");
    expect(keyText(stroke("Z", { ctrlKey: true, shiftKey: true }))).toBe("Ctrl+Shift+Z");
    expect(keyText(stroke("?", { shiftKey: true }))).toBe("?");
    expect(keyText(stroke("S", { shiftKey: true }))).toBe("Shift+S");
    expect(keyText(stroke(" "))).toBe("Space");
    expect(keyText(stroke("Tab", { shiftKey: true }))).toBe("Shift+Tab");
  });

  it("leaves text fields and pressed buttons their keys", () => {
    expect(isTyping({ tagName: "INPUT", type: "text" })).toBe(true);
    expect(isTyping({ tagName: "INPUT", type: "checkbox" })).toBe(false);
    expect(isTyping({ tagName: "DIV", isContentEditable: true })).toBe(true);
    expect([isPressing({ tagName: "BUTTON" }, "Space"), isPressing({ tagName: "BUTTON" }, "c")]).toEqual([true, false]);
  });
});
