/** One edge: what travels along it, and what may be done with it. */
import { useCallback } from "react";
import { deleteSelection } from "../../commands/deleteSelection";
import { insertLayer } from "../../commands/insertLayer";
import { fullShape } from "../../model/format";
import { indexGraph } from "../../model/graphIndex";
import type { EdgeView } from "../../protocol/messages";
import { edgeName, portName } from "../../store/selectors";
import type { State } from "../../store/state";
import { CommandButton } from "../parts/CommandButton";
import { useRead } from "../studioContext";

export function EdgeInspector({ edge }: { readonly edge: EdgeView }) {
  const title = useRead(useCallback((state: State) => edgeName(state, edge), [edge]));
  const source = useRead(useCallback((state: State) => portName(state, edge.source), [edge]));
  const target = useRead(useCallback((state: State) => portName(state, edge.target), [edge]));
  const port = useRead(useCallback((state: State) => sourcePort(state, edge), [edge]));
  return (
    <>
      <header className="pg-inspector-head">
        <h3>{title}</h3>
        <p className="pg-quiet">edge</p>
      </header>
      <div className="pg-cluster pg-actions">
        <CommandButton command={insertLayer} icon="plus" text="Insert a layer" label="Insert a layer on this edge" />
        <CommandButton command={deleteSelection} icon="trash" text="Disconnect" label="Disconnect" />
      </div>
      <dl className="pg-facts">
        <div>
          <dt>from</dt>
          <dd>{source}</dd>
        </div>
        <div>
          <dt>into</dt>
          <dd>{target}</dd>
        </div>
        <div>
          <dt>shape</dt>
          <dd>{port ? fullShape(port) : edge.label || "not known"}</dd>
        </div>
      </dl>
    </>
  );
}

function sourcePort(state: State, { source }: EdgeView) {
  return (
    indexGraph(state.graph)
      .nodes.get(source.node)
      ?.outputs.find((port) => port.name === source.port) ?? null
  );
}
