/** A group: a translucent frame around its layers, or one box when folded. */
import { Handle, type NodeProps, Position } from "@xyflow/react";
import { memo } from "react";
import { edit } from "../../commands/ask";
import { count, plural } from "../../model/format";
import { Icon } from "../parts/Icon";
import { useStudio } from "../studioContext";
import { GROUP_PORTS, type GroupFlowNode } from "./flow";

export const GroupFrame = memo(function GroupFrame({ data: { group }, selected }: NodeProps<GroupFlowNode>) {
  const studio = useStudio();
  const verb = group.folded ? "Unfold" : "Fold";
  const fold = () => edit(studio, { type: "fold", group: group.uid, folded: !group.folded }, true);
  return (
    <div className="pg-group" data-folded={group.folded} data-selected={selected}>
      <div className="pg-group-head">
        <button
          type="button"
          className="pg-button pg-small nodrag nopan"
          title={`${verb} ${group.name}`}
          onClick={fold}
        >
          <Icon name={group.folded ? "unfold" : "fold"} />
        </button>
        <strong>{group.name}</strong>
        {group.note && (
          <span className="pg-quiet pg-group-note" title={group.note}>
            {group.note}
          </span>
        )}
      </div>
      {group.folded && (
        <>
          <div className="pg-box-kind">{plural(group.layers, "layer")}</div>
          <div className="pg-box-foot">{group.parameters > 0 && `${count(group.parameters)} parameters`}</div>
          <Handle
            id={GROUP_PORTS.input}
            type="target"
            position={Position.Left}
            className="pg-port"
            isConnectable={false}
          />
          <Handle
            id={GROUP_PORTS.output}
            type="source"
            position={Position.Right}
            className="pg-port"
            isConnectable={false}
          />
        </>
      )}
    </div>
  );
});
