/** What a change in the training panel asks for, as a command. Pure. */
import type { Command, SectionView } from "../protocol/messages";

export const NO_SCHEDULE = "none";

/** Another kind was chosen: another optimizer, loss or schedule, with its usual settings. */
export function kindCommand(section: SectionView, kind: string): Command | null {
  if (kind === section.kind) return null;
  switch (section.name) {
    case "optimizer":
      return { type: "set-optimizer", kind, settings: {}, group: null };
    case "loss":
      return { type: "set-loss", kind, settings: {} };
    case "schedule":
      return { type: "set-schedule", kind: kind === NO_SCHEDULE ? null : kind, settings: {}, every: null };
    case "data":
      return null;
  }
}

/** A field was changed. A loss and a schedule are made anew with all that is shown; the others take the one change. */
export function fieldCommand(section: SectionView, field: string, value: unknown): Command {
  const all = { ...section.values, [field]: value };
  switch (section.name) {
    case "optimizer":
      return { type: "set-optimizer", kind: "", settings: { [field]: value }, group: null };
    case "loss":
      return { type: "set-loss", kind: section.kind, settings: all };
    case "schedule": {
      const { every, ...settings } = all;
      return { type: "set-schedule", kind: section.kind, settings, every: String(every) };
    }
    case "data":
      return {
        type: "set-data",
        batchSize: null,
        shuffle: null,
        seed: null,
        dropLast: null,
        ...dataField(field, value),
      };
  }
}

const DATA_FIELDS: Readonly<Record<string, string>> = {
  batch_size: "batchSize",
  shuffle: "shuffle",
  seed: "seed",
  drop_last: "dropLast",
};

function dataField(field: string, value: unknown): Record<string, unknown> {
  return { [DATA_FIELDS[field] ?? field]: value };
}
