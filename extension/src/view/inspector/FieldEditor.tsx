/** A field edited in place: Enter or leaving it asks for the change, Escape takes the text back, and then leads to the canvas. */
import { type KeyboardEvent, useEffect, useId, useState } from "react";
import { fieldText, parseField } from "../../model/fields";
import type { FieldView } from "../../protocol/messages";
import { useStudio } from "../studioContext";

interface Props {
  readonly field: FieldView;
  readonly value: unknown;
  /** Resolves to null if the kernel refused. */
  readonly onChange: (value: unknown) => Promise<unknown>;
  readonly labelled?: boolean;
  /** For commands that move the focus here. */
  readonly place?: string | undefined;
}

export function FieldEditor(props: Props) {
  const id = useId();
  const { field, labelled } = props;
  const control =
    field.type === "bool" ? (
      <Switch {...props} id={id} />
    ) : field.type === "choice" ? (
      <Choice {...props} id={id} />
    ) : (
      <TextField {...props} id={id} />
    );
  if (!labelled) return control;
  return (
    <div className="pg-field">
      <label htmlFor={id} title={field.help}>
        {field.name}
      </label>
      {control}
    </div>
  );
}

type ControlProps = Props & { readonly id: string };

function Switch({ id, field, value, onChange, place }: ControlProps) {
  return (
    <input
      id={id}
      type="checkbox"
      title={field.help}
      checked={value === true}
      data-place={place}
      data-field={field.name}
      onChange={(event) => void onChange(event.target.checked)}
    />
  );
}

function Choice({ id, field, value, onChange, place }: ControlProps) {
  return (
    <select
      id={id}
      title={field.help}
      value={fieldText(value)}
      data-place={place}
      data-field={field.name}
      onChange={(event) => void onChange(event.target.value)}
    >
      {field.choices.map((choice) => (
        <option key={choice}>{choice}</option>
      ))}
    </select>
  );
}

function TextField({ id, field, value, onChange, labelled, place }: ControlProps) {
  const { page } = useStudio();
  const present = fieldText(value);
  const [text, setText] = useState(present);
  const [problem, setProblem] = useState("");
  useEffect(() => setText(present), [present]);

  const reset = () => {
    setText(present);
    setProblem("");
  };
  const commit = async () => {
    if (text === present) return setProblem("");
    const parsed = parseField(field, text);
    if ("problem" in parsed) return setProblem(parsed.problem);
    setProblem("");
    if ((await onChange(parsed.value)) === null) reset();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") void commit();
    else if (event.key === "Escape" && text === present) page.focus?.("canvas");
    else if (event.key === "Escape") reset();
    else return;
    event.stopPropagation();
  };
  return (
    <>
      <input
        id={id}
        type="text"
        inputMode={field.type === "int" ? "numeric" : field.type === "float" ? "decimal" : "text"}
        aria-label={labelled ? undefined : field.name}
        aria-invalid={problem !== ""}
        title={field.help}
        placeholder={field.optional ? "None" : undefined}
        value={text}
        data-field={field.name}
        data-place={place}
        spellCheck={false}
        onChange={(event) => setText(event.target.value)}
        onBlur={() => void commit()}
        onKeyDown={onKeyDown}
      />
      {problem && (
        <span className="pg-field-problem" role="alert">
          {problem}
        </span>
      )}
    </>
  );
}
