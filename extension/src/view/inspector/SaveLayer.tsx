/** What is selected becomes an entry of the palette, under a name. */
import { type FormEvent, type KeyboardEvent, useState } from "react";
import { nameOffered, saveAs, saveLayer } from "../../commands/saveLayer";
import { useCommand, useRead, useStudio } from "../studioContext";

export function SaveLayer() {
  const studio = useStudio();
  const offered = useRead(nameOffered);
  const { enabled, title } = useCommand(saveLayer);
  const [written, setWritten] = useState<string | null>(null);
  const name = written ?? offered;
  if (!enabled) return null;

  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() && (await saveAs(studio, name.trim()))) setWritten(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      setWritten(null);
      studio.page.focus?.("canvas");
    }
    event.stopPropagation();
  };
  return (
    <form className="pg-save-layer" onSubmit={save}>
      <label>
        <span className="pg-quiet">Name in the palette</span>
        <input
          type="text"
          value={name}
          data-place="layer-name"
          spellCheck={false}
          onChange={(event) => setWritten(event.target.value)}
          onKeyDown={onKeyDown}
        />
      </label>
      <button type="submit" className="pg-button" title={title} data-command={saveLayer.id}>
        Save as layer
      </button>
    </form>
  );
}
