/** An open group: a frame with its name; of a repeat, which turn is shown. */
import { Handle, type NodeProps, Position } from "@xyflow/react";
import { memo, useCallback } from "react";
import { setGroupOpen, showTurn } from "../../commands/computation";
import type { ComputeFrame } from "../../protocol/messages";
import type { State } from "../../store/state";
import { Icon } from "../parts/Icon";
import { useRead, useStudio } from "../studioContext";
import type { FrameNode } from "./computeFlow";

export const OpFrame = memo(function OpFrame({ data: { frame, depth } }: NodeProps<FrameNode>) {
  const studio = useStudio();
  const selected = useRead(useCallback((state: State) => state.compute.selected === frame.id, [frame.id]));
  const closes = frame.kind !== "turn";
  return (
    <div className="pg-group pg-op-frame" data-selected={selected} data-kind={frame.kind} data-odd={depth % 2 === 1}>
      <div className="pg-group-head">
        {closes && (
          <button
            type="button"
            className="pg-button pg-small"
            title={`Close ${frame.title}`}
            aria-label={`Close ${frame.title}`}
            tabIndex={-1}
            onClick={() => setGroupOpen(studio, frame.id, false)}
          >
            <Icon name="minus" />
          </button>
        )}
        <strong>{frame.title}</strong>
        {frame.label && <span className="pg-quiet pg-group-note">{frame.label}</span>}
        {frame.turns > 1 && <Turns frame={frame} />}
      </div>
      <Handle id="in" type="target" position={Position.Left} className="pg-op-end" isConnectable={false} />
      <Handle id="out" type="source" position={Position.Right} className="pg-op-end" isConnectable={false} />
    </div>
  );
});

function Turns({ frame: { id, title, turn, turns } }: { readonly frame: ComputeFrame }) {
  const studio = useStudio();
  const go = (to: number) => showTurn(studio, id, (to + turns) % turns);
  return (
    <span className="pg-op-turns">
      <button
        type="button"
        className="pg-button pg-small"
        aria-label={`${title}: the turn before`}
        title="The turn before"
        tabIndex={-1}
        onClick={() => go(turn - 1)}
      >
        <Icon name="left" />
      </button>
      <output>
        turn {turn + 1} of {turns}
      </output>
      <button
        type="button"
        className="pg-button pg-small"
        aria-label={`${title}: the next turn`}
        title="The next turn"
        tabIndex={-1}
        onClick={() => go(turn + 1)}
      >
        <Icon name="right" />
      </button>
    </span>
  );
}
