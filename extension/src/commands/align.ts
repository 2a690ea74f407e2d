/** Selected boxes in one row or one column: moves that are made, and undone, as one. */
import type { Move, NodeView } from "../protocol/messages";
import { selectedNodes } from "../store/selectors";
import { together } from "./ask";
import type { UiCommand } from "./uiCommand";

const several = (state: Parameters<UiCommand["enabled"]>[0]) => selectedNodes(state).length > 1;
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function aligned(nodes: readonly NodeView[], axis: "row" | "column"): Move[] {
  const middle =
    axis === "row" ? mean(nodes.map((n) => n.y + n.height / 2)) : mean(nodes.map((n) => n.x + n.width / 2));
  return nodes.map((node) => ({
    type: "move",
    node: node.uid,
    position:
      axis === "row"
        ? [Math.round(node.x), Math.round(middle - node.height / 2)]
        : [Math.round(middle - node.width / 2), Math.round(node.y)],
  }));
}

function align(axis: "row" | "column", key: string): UiCommand {
  return {
    id: `patchgrad:align-${axis}`,
    label: `Align in a ${axis}`,
    keys: [key],
    family: "Edit",
    enabled: several,
    run: (studio) => {
      const commands = aligned(selectedNodes(studio.store.getState()), axis);
      return together(studio, commands, `align ${commands.length} boxes in a ${axis}`, true);
    },
  };
}

export const alignRow = align("row", "h");
export const alignColumn = align("column", "v");
