/** Save a plot: a list that acts when something is chosen. */
import type { ChangeEvent } from "react";
import type { Plotly } from "./plotly";
import { download, fileName, fileOf, KINDS, type Kind } from "./save";
import type { Colours, Figure } from "./scope";

interface Props {
  readonly plotly: Plotly;
  readonly colours: Colours;
  readonly title: string;
  /** What is drawn now; null if nothing is. */
  readonly figure: () => Figure | null;
}

export function SaveMenu({ plotly, colours, title, figure }: Props) {
  const save = async ({ target }: ChangeEvent<HTMLSelectElement>) => {
    const kind = target.value as Kind;
    target.value = "";
    const drawn = figure();
    if (drawn) download(target.ownerDocument, fileName(title, kind), await fileOf(plotly, kind, title, drawn, colours));
  };
  return (
    <select
      className="patchgrad-save"
      aria-label={`Save: ${title}`}
      defaultValue=""
      onChange={(event) => void save(event)}
    >
      <option value="" disabled>
        Save
      </option>
      {KINDS.map((kind) => (
        <option key={kind} value={kind}>
          {kind.toUpperCase()}
        </option>
      ))}
    </select>
  );
}
