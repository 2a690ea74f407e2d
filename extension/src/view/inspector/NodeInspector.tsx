/** One layer: name, settings, shapes, what may be done with it, and its parameters. */
import { useCallback, useEffect } from "react";
import { addNext } from "../../commands/addNext";
import { edit } from "../../commands/ask";
import { bypassSelection } from "../../commands/bypassSelection";
import { connectSelection } from "../../commands/connectSelection";
import { deleteSelection } from "../../commands/deleteSelection";
import { duplicateSelection } from "../../commands/duplicateSelection";
import { freezeSelection } from "../../commands/freezeSelection";
import { moveBack, moveForward } from "../../commands/moveAlong";
import { inspectSelection } from "../../commands/select";
import { showFeeds } from "../../commands/showFeeds";
import { swapSelection } from "../../commands/swapSelection";
import { accent } from "../../model/families";
import { count, fullShape } from "../../model/format";
import type { FieldView, NodeView } from "../../protocol/messages";
import { kindOf } from "../../store/selectors";
import type { State } from "../../store/state";
import { CommandButton } from "../parts/CommandButton";
import { useRead, useStudio } from "../studioContext";
import { FieldEditor } from "./FieldEditor";
import { Looks } from "./Looks";
import { ParameterTable } from "./ParameterTable";

/** How often the numbers of the selected layer are asked for while it is shown, in milliseconds. */
const REFRESH = 1_500;

export function NodeInspector({ node }: { readonly node: NodeView }) {
  const kind = useRead(useCallback((state: State) => kindOf(state, node.kind), [node.kind]));
  useRefresh();
  return (
    <>
      <NodeHead node={node} family={kind?.family ?? ""} help={kind?.help ?? ""} />
      <div className="pg-cluster pg-actions">
        <CommandButton
          command={freezeSelection}
          icon="lock"
          text={node.frozen ? "Thaw" : "Freeze"}
          pressed={node.frozen}
        />
        <CommandButton command={bypassSelection} icon="bypass" text="Bypass" pressed={node.bypassed} />
        <CommandButton command={swapSelection} icon="swap" text="Swap" />
        <CommandButton command={addNext} icon="plus" />
        <CommandButton command={connectSelection} icon="connect" />
        <CommandButton command={showFeeds} icon="feeds" />
        <CommandButton command={moveBack} icon="left" />
        <CommandButton command={moveForward} icon="right" />
        <CommandButton command={duplicateSelection} icon="copy" />
        <CommandButton command={deleteSelection} icon="trash" />
      </div>
      {node.problem && <p className="pg-problem">{node.problem}</p>}
      <Settings node={node} fields={kind?.fields ?? []} />
      {node.parameters > 0 && <Rate node={node} />}
      <Ports node={node} />
      <ParameterTable uid={node.uid} />
      <Looks node={node.uid} />
    </>
  );
}

/** Ask again when the run has gone on or the graph has changed since. */
function useRefresh(): void {
  const studio = useStudio();
  useEffect(() => {
    let seen = moment(studio.store.getState());
    const timer = setInterval(() => {
      const now = moment(studio.store.getState());
      if (now !== seen) void inspectSelection(studio);
      seen = now;
    }, REFRESH);
    return () => clearInterval(timer);
  }, [studio]);
}

function moment({ run, graph }: State): string {
  return `${run.step}/${graph.revision}`;
}

interface HeadProps {
  readonly node: NodeView;
  readonly family: string;
  readonly help: string;
}

const NAME_FIELD: FieldView = {
  name: "name",
  type: "text",
  default: "",
  minimum: null,
  maximum: null,
  choices: [],
  optional: false,
  help: "The attribute's name in the built module",
};

function NodeHead({ node, family, help }: HeadProps) {
  const studio = useStudio();
  return (
    <header className="pg-inspector-head" style={{ "--pg-accent": accent(family) } as React.CSSProperties}>
      <FieldEditor
        field={NAME_FIELD}
        value={node.name}
        place="name-field"
        onChange={(value) => edit(studio, { type: "rename", node: node.uid, name: String(value) })}
      />
      <p title={help}>
        <strong>{node.kind}</strong> {node.summary}
        <span className="pg-quiet">
          {" "}
          · {node.parameters ? `${count(node.parameters)} parameters` : "no parameters"}
        </span>
      </p>
    </header>
  );
}

function Settings({ node, fields }: { readonly node: NodeView; readonly fields: readonly FieldView[] }) {
  const studio = useStudio();
  if (!fields.length) return null;
  // `in_features` and its like follow from what comes in.
  const first = fields.find((field) => !field.name.startsWith("in_"));
  return (
    <div className="pg-section">
      <h4>Settings</h4>
      {fields.map((field) => (
        <FieldEditor
          key={field.name}
          field={field}
          value={field.name in node.settings ? node.settings[field.name] : field.default}
          labelled
          place={field === first ? "setting-field" : undefined}
          onChange={(value) => edit(studio, { type: "set-field", node: node.uid, field: field.name, value })}
        />
      ))}
    </div>
  );
}

const RATE_FIELD: FieldView = {
  name: "rate ×",
  type: "float",
  default: 1,
  minimum: 0,
  maximum: null,
  choices: [],
  optional: false,
  help: "Factor on the learning rate of the optimizer for this layer",
};

function Rate({ node }: { readonly node: NodeView }) {
  const studio = useStudio();
  return (
    <div className="pg-section">
      <h4>Training</h4>
      <FieldEditor
        field={RATE_FIELD}
        value={node.rate}
        labelled
        onChange={(value) => edit(studio, { type: "set-rate", node: node.uid, factor: Number(value) })}
      />
    </div>
  );
}

function Ports({ node }: { readonly node: NodeView }) {
  return (
    <div className="pg-section">
      <h4>Shapes</h4>
      <dl className="pg-facts">
        {[...node.inputs, ...node.outputs].map((port, index) => (
          <div key={`${index < node.inputs.length ? "in" : "out"} ${port.name}`} data-problem={port.problem !== ""}>
            <dt>
              {index < node.inputs.length ? "→" : "←"} {port.name}
            </dt>
            <dd title={port.problem}>{fullShape(port)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
