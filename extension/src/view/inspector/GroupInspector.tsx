/** One group. */
import { foldSelection } from "../../commands/foldSelection";
import { ungroupSelection } from "../../commands/ungroupSelection";
import { plural } from "../../model/format";
import type { GroupView } from "../../protocol/messages";
import { CommandButton } from "../parts/CommandButton";

export function GroupInspector({ group }: { readonly group: GroupView }) {
  return (
    <>
      <header className="pg-inspector-head">
        <h3>{group.name}</h3>
        <p className="pg-quiet">
          group · {plural(group.layers, "layer")} · {plural(group.parameters, "parameter")}
        </p>
      </header>
      <div className="pg-cluster pg-actions">
        <CommandButton
          command={foldSelection}
          icon={group.folded ? "unfold" : "fold"}
          text={group.folded ? "Unfold" : "Fold"}
          label={group.folded ? "Unfold" : "Fold"}
        />
        <CommandButton command={ungroupSelection} icon="close" text="Ungroup" />
      </div>
    </>
  );
}
