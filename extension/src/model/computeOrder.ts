/** The open computation as a tree: frames with what is in them, in the order in which it ran. Pure. */
import type { ComputeBox, ComputeFrame, ComputeGraph } from "../protocol/messages";

export interface TreeEntry {
  readonly id: string;
  readonly level: number;
  readonly one: ComputeBox | ComputeFrame;
}

const made = new WeakMap<ComputeGraph, readonly TreeEntry[]>();

export function computeOrder(graph: ComputeGraph): readonly TreeEntry[] {
  const known = made.get(graph);
  if (known) return known;
  const inside = new Map<string | null, (ComputeBox | ComputeFrame)[]>();
  const frames = new Map(graph.frames.map((frame) => [frame.id, frame]));
  const entered = new Set<string>();
  const enter = (one: ComputeBox | ComputeFrame, around: string | null) => {
    const frame = around === null ? undefined : frames.get(around);
    if (frame && !entered.has(frame.id)) {
      entered.add(frame.id);
      enter(frame, frame.parent);
    }
    const siblings = inside.get(around);
    if (siblings) siblings.push(one);
    else inside.set(around, [one]);
  };
  for (const box of graph.boxes) enter(box, box.frame);
  const order = [...flat(inside, null, 1)];
  made.set(graph, order);
  return order;
}

function* flat(
  inside: ReadonlyMap<string | null, readonly (ComputeBox | ComputeFrame)[]>,
  around: string | null,
  level: number,
): Generator<TreeEntry> {
  for (const one of inside.get(around) ?? []) {
    yield { id: one.id, level, one };
    if (isOpenFrame(one)) yield* flat(inside, one.id, level + 1);
  }
}

export function isOpenFrame(one: ComputeBox | ComputeFrame): one is ComputeFrame {
  return "parent" in one;
}
