import { describe, expect, it } from "vitest";
import type { SectionView } from "../protocol/messages";
import { fieldCommand, kindCommand } from "./setup";

const section = (name: SectionView["name"], more: Partial<SectionView> = {}): SectionView => ({
  name,
  kind: "",
  kinds: [],
  fields: [],
  values: {},
  note: "",
  ...more,
});

describe("what a change in the training panel asks for", () => {
  it("is the one setting for an optimizer, so that all others stay", () => {
    const adam = section("optimizer", { kind: "Adam", values: { lr: 0.01, eps: 1e-8 } });
    expect(fieldCommand(adam, "lr", 0.1)).toEqual({
      type: "set-optimizer",
      kind: "",
      settings: { lr: 0.1 },
      group: null,
    });
    expect(kindCommand(adam, "SGD")).toEqual({ type: "set-optimizer", kind: "SGD", settings: {}, group: null });
  });

  it("is nothing where the same kind is chosen again", () => {
    expect(kindCommand(section("loss", { kind: "MSELoss" }), "MSELoss")).toBeNull();
  });

  it("makes a schedule anew with all that is shown, its beat apart", () => {
    const steps = section("schedule", { kind: "StepLR", values: { step_size: 10, gamma: 0.1, every: "epoch" } });
    expect(fieldCommand(steps, "gamma", 0.5)).toEqual({
      type: "set-schedule",
      kind: "StepLR",
      settings: { step_size: 10, gamma: 0.5 },
      every: "epoch",
    });
    expect(kindCommand(steps, "none")).toMatchObject({ kind: null });
  });

  it("names the one setting of the data in the words of the wire", () => {
    expect(fieldCommand(section("data"), "batch_size", 64)).toEqual({
      type: "set-data",
      batchSize: 64,
      shuffle: null,
      seed: null,
      dropLast: null,
    });
  });
});
