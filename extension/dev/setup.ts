/** How the network of the scripted kernel is trained. */
import type { FieldView, SectionView, SetupView } from "../src/protocol/messages";

function field(name: string, type: FieldView["type"], choices: readonly string[] = []): FieldView {
  return { name, type, default: null, minimum: null, maximum: null, choices, optional: false, help: "" };
}

function section(
  name: SectionView["name"],
  kind: string,
  kinds: readonly string[],
  fields: readonly FieldView[],
  values: Record<string, unknown>,
): SectionView {
  return { name, kind, kinds, fields, values, note: "" };
}

export const SETUP: SetupView = {
  type: "setup-view",
  sections: [
    section(
      "optimizer",
      "Adam",
      ["Adam", "AdamW", "Muon", "RMSprop", "SGD"],
      [
        field("lr", "float"),
        field("betas", "float"),
        field("eps", "float"),
        field("weight_decay", "float"),
        field("amsgrad", "bool"),
      ],
      { lr: 0.001, betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0, amsgrad: false },
    ),
    section(
      "loss",
      "CrossEntropyLoss",
      ["CrossEntropyLoss", "MSELoss", "NLLLoss"],
      [field("label_smoothing", "float")],
      {
        label_smoothing: 0,
      },
    ),
    section("data", "", [], [field("batch_size", "int"), field("shuffle", "bool"), field("seed", "int")], {
      batch_size: 64,
      shuffle: true,
      seed: 0,
    }),
    section(
      "schedule",
      "StepLR",
      ["none", "StepLR", "CosineAnnealingLR"],
      [field("step_size", "int"), field("gamma", "float"), field("every", "choice", ["step", "epoch"])],
      {
        step_size: 10,
        gamma: 0.1,
        every: "epoch",
      },
    ),
  ],
};
