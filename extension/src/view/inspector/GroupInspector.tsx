/** One group. */
import { edit } from "../../commands/ask";
import { foldSelection } from "../../commands/foldSelection";
import { ungroupSelection } from "../../commands/ungroupSelection";
import { plural } from "../../model/format";
import type { GroupView } from "../../protocol/messages";
import { CommandButton } from "../parts/CommandButton";
import { useStudio } from "../studioContext";
import { SaveLayer } from "./SaveLayer";

/** What a person says of the group; kept when the field is left. */
function Note({ group }: { readonly group: GroupView }) {
  const studio = useStudio();
  const keep = (text: string) => {
    if (text.trim() !== group.note) void edit(studio, { type: "note", group: group.uid, text }, true);
  };
  return (
    <label className="pg-note-field">
      <span className="pg-quiet">Note</span>
      <textarea rows={3} maxLength={1000} defaultValue={group.note} onBlur={(event) => keep(event.target.value)} />
    </label>
  );
}

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
      <SaveLayer key={group.uid} />
      <Note key={`${group.uid}/${group.note}`} group={group} />
    </>
  );
}
