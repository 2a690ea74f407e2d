/** What is selected, to read and to change in place. */
import { mergeGroups } from "../../commands/regroup";
import { selectedEdge, selectedGroup, selectedNode, selectedNodes } from "../../store/selectors";
import { useRead } from "../studioContext";
import { EdgeInspector } from "./EdgeInspector";
import { GraphInspector } from "./GraphInspector";
import { GroupInspector } from "./GroupInspector";
import { NodeInspector } from "./NodeInspector";
import { SeveralInspector } from "./SeveralInspector";

export function Inspector() {
  return (
    <section className="pg-panel pg-inspector" aria-label="Inspector">
      <Chosen />
    </section>
  );
}

const severalSelected = (state: Parameters<typeof selectedNodes>[0]) => selectedNodes(state).length;

function Chosen() {
  const node = useRead(selectedNode);
  const edge = useRead(selectedEdge);
  const group = useRead(selectedGroup);
  const several = useRead(severalSelected);
  const groups = useRead(mergeGroups.enabled);
  if (edge) return <EdgeInspector edge={edge} />;
  if (group) return <GroupInspector key={group.uid} group={group} />;
  if (node) return <NodeInspector key={node.uid} node={node} />;
  if (several > 1 || groups) return <SeveralInspector count={several} />;
  return <GraphInspector />;
}
