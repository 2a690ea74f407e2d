/** A port: a dot with a target of 24 px. While an edge is dragged it shows what the kernel said of it. */
import { Handle, Position } from "@xyflow/react";
import { useCallback } from "react";
import { fullShape } from "../../model/format";
import { type PortPlace, portKey } from "../../model/ports";
import type { NodeView, Verdict } from "../../protocol/messages";
import { isRefused, verdictAt } from "../../store/selectors";
import type { State } from "../../store/state";
import { useRead } from "../studioContext";

interface Props {
  readonly node: NodeView;
  readonly place: PortPlace;
}

export function PortDot({ node, place: { port, side, y } }: Props) {
  const ref = { node: node.uid, port: port.name };
  const key = portKey(ref);
  const light = useRead(useCallback((state: State) => lightOf(state, key, side), [key, side]));
  const verdict = useRead(useCallback((state: State) => verdictText(verdictOfPort(state, key, side)), [key, side]));
  const refused = useRead(useCallback((state: State) => isRefused(state, key), [key]));
  const several = (side === "input" ? node.inputs : node.outputs).length > 1;
  return (
    <Handle
      id={port.name}
      type={side === "input" ? "target" : "source"}
      position={side === "input" ? Position.Left : Position.Right}
      className="pg-port"
      style={{ top: y }}
      data-light={light}
      data-port={key}
      data-problem={refused || port.problem !== ""}
      title={verdict || `${node.name}.${port.name} ${fullShape(port)}${port.problem && `\n${port.problem}`}`}
    >
      {several && <span className="pg-port-name">{port.name}</span>}
    </Handle>
  );
}

type Light = "" | "waiting" | "over" | Verdict["verdict"];

function lightOf(state: State, key: string, side: PortPlace["side"]): Light {
  const { drag } = state;
  if (drag?.moving.type !== "edge") return "";
  if (portKey(drag.moving.source) === key) return "over";
  if (side === (drag.moving.reverse ? "input" : "output")) return "waiting";
  return verdictOfPort(state, key, side)?.verdict ?? "waiting";
}

function verdictOfPort(state: State, key: string, side: PortPlace["side"]): Verdict | null {
  const { drag } = state;
  if (drag?.moving.type !== "edge" || side !== (drag.moving.reverse ? "output" : "input")) return null;
  const cut = key.indexOf("/");
  return verdictAt(drag, { node: key.slice(0, cut), port: key.slice(cut + 1) });
}

function verdictText(verdict: Verdict | null): string {
  return verdict ? [verdict.reason, ...verdict.fixes.map((fix) => `try ${fix}`)].filter(Boolean).join("\n") : "";
}
