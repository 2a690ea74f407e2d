/** Reads of the state that several views share. Pure. */
import { indexGraph } from "../model/graphIndex";
import { type Overlay, type OverlayBox, overlay } from "../model/overlay";
import { portKey } from "../model/ports";
import type { EdgeView, GroupView, KindView, LayerStat, NodeView, PortRef, Verdict } from "../protocol/messages";
import type { Drag, FrameState, Panel, State } from "./state";

export function selectedNodes(state: State): readonly NodeView[] {
  const { nodes } = indexGraph(state.graph);
  return state.selection.nodes.flatMap((uid) => nodes.get(uid) ?? []);
}

/** The one selected layer, or null if there are none or several. */
export function selectedNode(state: State): NodeView | null {
  const nodes = selectedNodes(state);
  return nodes.length === 1 ? (nodes[0] ?? null) : null;
}

/** The one selected group, or null. */
export function selectedGroup(state: State): GroupView | null {
  const [uid, ...more] = state.selection.nodes;
  return uid && !more.length ? (indexGraph(state.graph).groups.get(uid) ?? null) : null;
}

export function selectedEdge(state: State): EdgeView | null {
  return state.selection.edge === null ? null : (indexGraph(state.graph).edges.get(state.selection.edge) ?? null);
}

export function nodeName(state: State, uid: string): string {
  return indexGraph(state.graph).nodes.get(uid)?.name ?? uid;
}

/** `fc1.y`: a port in the user's names. */
export function portName(state: State, ref: PortRef): string {
  return `${nodeName(state, ref.node)}.${ref.port}`;
}

export function edgeName(state: State, edge: EdgeView): string {
  return `${nodeName(state, edge.source.node)} → ${nodeName(state, edge.target.node)}`;
}

export function kindOf(state: State, kind: string): KindView | null {
  return state.catalogue.find((candidate) => candidate.kind === kind) ?? null;
}

export function statOf({ frame }: State, uid: string): LayerStat | null {
  return frame ? (statsByLayer(frame).get(uid) ?? null) : null;
}

const indexed = new WeakMap<FrameState, ReadonlyMap<string, LayerStat>>();

function statsByLayer(frame: FrameState): ReadonlyMap<string, LayerStat> {
  const index = indexed.get(frame) ?? new Map(frame.stats.map((stat) => [stat.uid, stat]));
  indexed.set(frame, index);
  return index;
}

/** Is the panel beside the canvas? The inspector also comes with a selection, where nothing else is in its place. */
export function panelShown({ layout, selection }: State, panel: Panel): boolean {
  const chosen = selection.nodes.length > 0 || selection.edge !== null;
  const taken = layout.open.log || layout.open.history || layout.open.findings;
  const follows = panel === "inspector" && layout.following && chosen && !taken;
  return layout.open[panel] || follows;
}

const shown = new WeakMap<State["findings"], WeakMap<State["putAway"], State["findings"]>>();

/** Findings that were not put away; the same list as long as neither changes. */
export function openFindings({ findings, putAway }: State): State["findings"] {
  const known = shown.get(findings) ?? new WeakMap<State["putAway"], State["findings"]>();
  shown.set(findings, known);
  const open = known.get(putAway) ?? findings.filter((finding) => !putAway.has(finding.rule));
  known.set(putAway, open);
  return open;
}

const overlays = new WeakMap<FrameState, { key: string; overlay: Overlay | null }>();

/** The numbers on the boxes; null where none are chosen, or none have come. */
export function overlayOf({ frame, overlay: chosen, cursor, quantities }: State): Overlay | null {
  const quantity = chosen.quantity ? quantities.find((known) => known.name === chosen.quantity) : undefined;
  if (!frame || !quantity || frame.shown !== chosen.quantity) return null;
  const key = `${chosen.quantity} ${cursor?.step ?? ""}`;
  const known = overlays.get(frame);
  if (known?.key === key) return known.overlay;
  const made = overlay(quantity, frame.layers, frame.arrays, cursor?.step ?? null);
  overlays.set(frame, { key, overlay: made });
  return made;
}

export function overlayAt(state: State, uid: string): OverlayBox | null {
  return overlayOf(state)?.boxes.get(uid) ?? null;
}

/** What is wrong at one layer, in words; empty if nothing is known. */
export function findingAt(state: State, uid: string): string {
  return openFindings(state).find((finding) => finding.nodes.includes(uid))?.title ?? "";
}

export function training(state: State): boolean {
  return state.run.state === "running" || state.run.state === "applying" || state.run.state === "stepping";
}

/** What the kernel said of one target of the drag; null while it has not, or says nothing of it. */
export function verdictAt(drag: Drag | null, target: PortRef): Verdict | null {
  return drag?.verdicts?.get(portKey(target)) ?? null;
}

/** Is the port one that a refusal on the screen speaks of? */
export function isRefused({ notices }: State, key: string): boolean {
  return notices.some((notice) => notice.tone === "refused" && notice.ports.some((port) => portKey(port) === key));
}

/** What the kernel said of the target under the pointer. */
export function verdictOver({ drag }: State): Verdict | null {
  return drag?.over ? (drag.verdicts?.get(drag.over) ?? null) : null;
}

/** The targets a keyboard walks through: those that may be taken first, then those that say why not. */
export function targetsInOrder(drag: Drag): readonly Verdict[] {
  const rank = { valid: 0, adapter: 1, invalid: 2 };
  return [...(drag.verdicts?.values() ?? [])].sort((a, b) => rank[a.verdict] - rank[b.verdict]);
}

/** The sentence of the reason bar while something is dragged. */
export function dragSentence(state: State): string {
  const { drag } = state;
  if (!drag) return "";
  if (!drag.verdicts) return "Asking the kernel where this fits …";
  const verdict = verdictOver(state);
  const box = drag.over?.startsWith("box/") ? drag.over.slice(4) : null;
  if (box !== null && drag.moving.type === "layer")
    return `Put ${drag.moving.kind} in the place of ${nodeName(state, box)}.`;
  return verdict ? verdictSentence(state, drag, verdict) : invitation(drag);
}

function invitation(drag: Drag): string {
  const what = drag.moving.type === "layer" ? drag.moving.kind : "This edge";
  const places = placesInWords(drag);
  if (drag.by === "keys") return `${what}: ${places}. Arrows walk through them, Enter places, Escape leaves.`;
  if (drag.moving.type === "edge") return `${what}: ${places}.`;
  const verb = drag.by === "tap" ? "Click" : "Drop on";
  return `${what}: ${places}. ${verb} one that glows, a box to replace it, or open canvas to add it loose.`;
}

/** `3 ports fit, 2 need an adapter`. */
function placesInWords({ verdicts, moving }: Drag): string {
  const all = [...(verdicts?.values() ?? [])];
  const noun = moving.type === "layer" ? "edge" : "port";
  const fitting = all.filter((verdict) => verdict.verdict === "valid").length;
  const adapting = all.filter((verdict) => verdict.verdict === "adapter").length;
  if (!fitting && !adapting) return `no ${noun} takes it`;
  const fit = `${fitting || "no"} ${noun}${fitting === 1 ? " fits" : "s fit"}`;
  return adapting ? `${fit}, ${adapting} need${adapting === 1 ? "s" : ""} an adapter` : fit;
}

function verdictSentence(state: State, drag: Drag, verdict: Verdict): string {
  const place = targetName(state, drag, verdict.port);
  const fixes = verdict.fixes.length ? ` Try: ${verdict.fixes.join(", or ")}.` : "";
  const reason = verdict.reason ? `: ${verdict.reason}` : "";
  const judged = { valid: "fits", adapter: "needs an adapter", invalid: "does not fit" }[verdict.verdict];
  return `${place} ${judged}${reason}.${fixes}`.replace("..", ".");
}

function targetName(state: State, drag: Drag, target: PortRef): string {
  const edge = drag.moving.type === "layer" ? indexGraph(state.graph).edgeInto.get(portKey(target)) : undefined;
  return edge ? edgeName(state, edge) : portName(state, target);
}
