/** Several layers at once. A click puts them where Enter would put one layer. */
import { putTemplate } from "../../commands/clipboard";
import type { State } from "../../store/state";
import { useRead, useStudio } from "../studioContext";

const readTemplates = (state: State) => state.templates;

export function Templates({ query }: { readonly query: string }) {
  const studio = useStudio();
  const templates = useRead(readTemplates);
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const found = templates.filter(({ name, help }) =>
    words.every((word) => `${name} ${help} template`.toLowerCase().includes(word)),
  );
  if (!found.length) return null;
  return (
    <section aria-label="templates">
      <h4>templates</h4>
      {found.map((template) => (
        <button
          key={template.name}
          type="button"
          className="pg-kind"
          data-template={template.name}
          title={template.help}
          onClick={() => putTemplate(studio, template)}
        >
          {template.name}
        </button>
      ))}
    </section>
  );
}
