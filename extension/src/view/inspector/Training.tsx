/** How the network is trained, changed in place: each change is an edit at the next boundary, and can be undone. */
import { useState } from "react";
import { edit } from "../../commands/ask";
import { chooseData } from "../../commands/chooseData";
import { fieldCommand, kindCommand } from "../../model/setup";
import type { Command, SectionView } from "../../protocol/messages";
import type { State } from "../../store/state";
import { useRead, useStudio } from "../studioContext";
import { FieldEditor } from "./FieldEditor";

const readSetup = (state: State) => state.setup;
const TITLES = { optimizer: "Optimizer", loss: "Loss", data: "Data", schedule: "Schedule" } as const;

export function Training() {
  const sections = useRead(readSetup);
  return sections.map((section) => <Section key={section.name} section={section} />);
}

function Section({ section }: { readonly section: SectionView }) {
  const { problem, change, takeData } = useChange();
  return (
    <div className="pg-section" data-setup={section.name}>
      <h4>{TITLES[section.name]}</h4>
      {section.kinds.length > 0 && <KindChoice section={section} onChange={change} onData={takeData} />}
      {section.fields.map((field) => (
        <FieldEditor
          key={`${section.kind} ${field.name}`}
          field={field}
          value={section.values[field.name]}
          labelled
          onChange={(value) => change(fieldCommand(section, field.name, value))}
        />
      ))}
      {problem && (
        <p className="pg-field-problem" role="alert">
          {problem}
        </p>
      )}
      {section.note && <p className="pg-hint">{section.note}</p>}
    </div>
  );
}

interface KindProps {
  readonly section: SectionView;
  readonly onChange: (command: Command) => Promise<unknown>;
  readonly onData: (name: string) => Promise<unknown>;
}

function KindChoice({ section, onChange, onData }: KindProps) {
  const choose = (kind: string) => {
    if (section.name === "data") return void onData(kind);
    const command = kindCommand(section, kind);
    if (command) void onChange(command);
  };
  return (
    <select
      aria-label={TITLES[section.name]}
      value={section.kind}
      data-field="kind"
      onChange={(event) => choose(event.target.value)}
    >
      {section.kinds.map((kind) => (
        <option key={kind}>{kind}</option>
      ))}
    </select>
  );
}

/** Asks for a change; what the kernel refuses is told under the fields until the next change. */
function useChange() {
  const studio = useStudio();
  const [problem, setProblem] = useState("");
  const told = async (asked: Promise<unknown>) => {
    setProblem("");
    const done = await asked;
    if (done === null) setProblem(studio.store.getState().notices.at(-1)?.title ?? "refused");
    return done;
  };
  const change = (command: Command) => told(edit(studio, command));
  const takeData = (name: string) => told(chooseData(studio, name));
  return { problem, change, takeData };
}
