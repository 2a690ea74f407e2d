/** Several layers at once. */
import { alignColumn, alignRow } from "../../commands/align";
import { bypassSelection } from "../../commands/bypassSelection";
import { deleteSelection } from "../../commands/deleteSelection";
import { duplicateSelection } from "../../commands/duplicateSelection";
import { freezeSelection } from "../../commands/freezeSelection";
import { groupSelection } from "../../commands/groupSelection";
import { mergeGroups, splitGroup } from "../../commands/regroup";
import { shareWeights } from "../../commands/shareWeights";
import { CommandButton } from "../parts/CommandButton";
import { useRead } from "../studioContext";
import { SaveLayer } from "./SaveLayer";

export function SeveralInspector({ count }: { readonly count: number }) {
  const merges = useRead(mergeGroups.enabled);
  const splits = useRead(splitGroup.enabled);
  return (
    <>
      <header className="pg-inspector-head">
        <h3>{count ? `${count} layers selected` : "Groups selected"}</h3>
      </header>
      <div className="pg-cluster pg-actions">
        <CommandButton command={groupSelection} icon="fit" text="Group" />
        {merges && <CommandButton command={mergeGroups} icon="fit" text="Merge" />}
        {splits && <CommandButton command={splitGroup} icon="fit" text="Split off" />}
        {count === 2 && (
          <CommandButton command={shareWeights} icon="connect" text="Share weights" label="Share weights" />
        )}
        <CommandButton command={freezeSelection} icon="lock" text="Freeze" />
        <CommandButton command={bypassSelection} icon="bypass" text="Bypass" />
        <CommandButton command={alignRow} icon="row" text="Row" />
        <CommandButton command={alignColumn} icon="column" text="Column" />
        <CommandButton command={duplicateSelection} icon="copy" text="Duplicate" />
        <CommandButton command={deleteSelection} icon="trash" text="Remove" />
      </div>
      <SaveLayer />
    </>
  );
}
