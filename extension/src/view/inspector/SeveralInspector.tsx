/** Several layers at once. */
import { alignColumn, alignRow } from "../../commands/align";
import { bypassSelection } from "../../commands/bypassSelection";
import { deleteSelection } from "../../commands/deleteSelection";
import { duplicateSelection } from "../../commands/duplicateSelection";
import { freezeSelection } from "../../commands/freezeSelection";
import { groupSelection } from "../../commands/groupSelection";
import { CommandButton } from "../parts/CommandButton";

export function SeveralInspector({ count }: { readonly count: number }) {
  return (
    <>
      <header className="pg-inspector-head">
        <h3>{count} layers selected</h3>
      </header>
      <div className="pg-cluster pg-actions">
        <CommandButton command={groupSelection} icon="fit" text="Group" />
        <CommandButton command={freezeSelection} icon="lock" text="Freeze" />
        <CommandButton command={bypassSelection} icon="bypass" text="Bypass" />
        <CommandButton command={alignRow} icon="row" text="Row" />
        <CommandButton command={alignColumn} icon="column" text="Column" />
        <CommandButton command={duplicateSelection} icon="copy" text="Duplicate" />
        <CommandButton command={deleteSelection} icon="trash" text="Remove" />
      </div>
    </>
  );
}
