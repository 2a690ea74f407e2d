/** A box drawn by the mouse around layers. They are chosen when it is let go: a panel that opens with a choice
 * would move what the mouse aims at. */
import type { NodeChange } from "@xyflow/react";
import { useMemo, useRef, useState } from "react";
import { selectNodes } from "../../commands/select";
import type { Studio } from "../../commands/studio";
import type { FlowNode } from "./flow";

type Chosen = ReadonlySet<string> | null;

export function useBoxing(studio: Studio) {
  const now = useRef<Chosen>(null);
  const [boxed, setBoxed] = useState<Chosen>(null);
  const { boxing, ends } = useMemo(() => {
    const set = (nodes: Chosen) => {
      now.current = nodes;
      setBoxed(nodes);
    };
    const boxing = {
      /** React Flow chooses edges of the boxes too; they are not meant. */
      active: () => now.current !== null,
      /** False if no box is being drawn. */
      change(changes: readonly NodeChange<FlowNode>[]): boolean {
        if (now.current === null) return false;
        if (changes.some((change) => change.type === "select")) set(withChanges(now.current, changes));
        return true;
      },
    };
    const ends = {
      onSelectionStart: () => set(new Set(studio.store.getState().selection.nodes)),
      onSelectionEnd() {
        selectNodes(studio, [...(now.current ?? [])]);
        set(null);
      },
    };
    return { boxing, ends };
  }, [studio]);
  return { boxed, boxing, ends };
}

export function withChanges(before: Iterable<string>, changes: readonly NodeChange<FlowNode>[]): ReadonlySet<string> {
  const chosen = new Set(before);
  for (const change of changes) {
    if (change.type !== "select") continue;
    if (change.selected) chosen.add(change.id);
    else chosen.delete(change.id);
  }
  return chosen;
}
