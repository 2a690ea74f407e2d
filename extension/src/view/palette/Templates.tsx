/** Several layers at once: those that the user saved, and templates. A click puts them where Enter would put one layer. */
import { putTemplate } from "../../commands/clipboard";
import type { TemplateView } from "../../protocol/messages";
import type { State } from "../../store/state";
import { useRead, useStudio } from "../studioContext";

const readTemplates = (state: State) => state.templates;

export function Templates({ query }: { readonly query: string }) {
  const templates = useRead(readTemplates);
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const found = templates.filter(({ name, help, own }) => {
    const text = `${name} ${help} ${own ? "saved" : "template"}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  return (
    <>
      <Entries title="saved by you" entries={found.filter(({ own }) => own)} />
      <Entries title="templates" entries={found.filter(({ own }) => !own)} />
    </>
  );
}

function Entries({ title, entries }: { readonly title: string; readonly entries: readonly TemplateView[] }) {
  const studio = useStudio();
  if (!entries.length) return null;
  return (
    <section aria-label={title}>
      <h4>{title}</h4>
      {entries.map((template) => (
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
