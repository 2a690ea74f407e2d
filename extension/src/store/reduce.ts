/** What each action does to the state. Pure: no React, no DOM, no kernel. */
import { indexGraph } from "../model/graphIndex";
import { portKey } from "../model/ports";
import type { Failed, Frame, GraphView } from "../protocol/messages";
import type { Action } from "./actions";
import { isComputeAction, reduceCompute } from "./compute";
import { panelShown } from "./selectors";
import type { Drag, Layout, Notice, Panel, Selection, State } from "./state";

const MOST_NOTICES = 3;

let lastId = 0;
const nextId = () => {
  lastId += 1;
  return lastId;
};

export function reduce(state: State, action: Action): State {
  if (isComputeAction(action)) {
    const compute = reduceCompute(state.compute, action);
    return compute === state.compute ? state : { ...state, compute };
  }
  switch (action.type) {
    case "opened":
      return open(state, action.message);
    case "connection-lost":
      return { ...state, connection: "lost", drag: null, picker: null };
    case "connection-opening":
      return { ...state, connection: "opening" };
    case "connection-found":
      return { ...state, connection: "open" };
    case "graph-arrived":
      return withGraph(state, action.graph);
    case "run-arrived":
      return { ...state, run: action.run };
    case "log-arrived":
      return { ...state, log: action.log.entries };
    case "timeline-arrived":
      return { ...state, timeline: action.timeline };
    case "setup-arrived":
      return { ...state, setup: action.sections };
    case "palette-arrived":
      return { ...state, catalogue: action.palette.catalogue, templates: action.palette.templates };
    case "findings-arrived":
      return withFindings(state, action.findings);
    case "finding-put-away":
      return { ...state, putAway: changed(state.putAway, action.rule, action.away) };
    case "overlay-chosen":
      return { ...state, overlay: action.overlay };
    case "cursor-moved":
      return sameCursor(state.cursor, action.cursor) ? state : { ...state, cursor: action.cursor };
    case "looked":
      return { ...state, looked: action.looked };
    case "compared":
      return { ...state, compared: action.compared };
    case "frame-arrived":
      return withFrame(state, action.frame, action.arrays);
    case "request-sent":
      return { ...state, unanswered: state.unanswered + 1 };
    case "request-answered":
      return { ...state, unanswered: Math.max(0, state.unanswered - 1) };
    case "selected":
      return { ...state, selection: action.selection, inspected: keepInspected(state, action.selection) };
    case "drag-started":
      return { ...state, drag: startDrag(action.moving, action.by) };
    case "drag-judged":
      return state.drag?.id === action.id
        ? { ...state, drag: { ...state.drag, verdicts: new Map(action.verdicts.map((v) => [portKey(v.port), v])) } }
        : state;
    case "drag-over":
      return state.drag && state.drag.over !== action.over
        ? { ...state, drag: { ...state.drag, over: action.over } }
        : state;
    case "drag-ended":
      return state.drag ? { ...state, drag: null } : state;
    case "picker-opened":
      return { ...state, picker: { id: nextId(), title: action.title, at: action.at, offers: null } };
    case "picker-filled":
      return state.picker?.id === action.id ? { ...state, picker: { ...state.picker, offers: action.offers } } : state;
    case "picker-closed":
      return { ...state, picker: null };
    case "feeding-chosen":
      return { ...state, feeding: action.node };
    case "find-toggled":
      return { ...state, layout: { ...state.layout, finding: action.open ?? !state.layout.finding } };
    case "group-colours-toggled":
      return { ...state, layout: { ...state.layout, groupColours: !state.layout.groupColours } };
    case "refused":
      return withNotice(state, refusal(action.reply));
    case "notice-added":
      return withNotice(state, action.notice);
    case "notice-dismissed":
      return { ...state, notices: state.notices.filter((notice) => notice.id !== action.id) };
    case "announced":
      return announce(state, action.text);
    case "inspected":
      return { ...state, inspected: action.inspected };
    case "source-shown":
      return { ...state, source: action.source };
    case "panel-toggled":
      return { ...state, layout: togglePanel(state, action.panel, action.open) };
    case "tab-chosen":
      return { ...state, layout: { ...state.layout, tab: action.tab } };
    case "width-changed":
      return state.layout.narrow === action.narrow
        ? state
        : { ...state, layout: { ...state.layout, narrow: action.narrow } };
    case "keyboard-map-toggled":
      return { ...state, layout: { ...state.layout, keyboardMap: action.open ?? !state.layout.keyboardMap } };
    default:
      return assertNever(action);
  }
}

function assertNever(action: never): never {
  throw new Error(`the store does not know the action ${JSON.stringify(action)}`);
}

function open(state: State, message: Extract<Action, { type: "opened" }>["message"]): State {
  const { title, catalogue, templates, code, quantities, run, log, timeline, graph } = message;
  const setup = message.setup.sections;
  const told = { setup, title, catalogue, templates, code, quantities, run, log: log.entries, timeline, findings: [] };
  const opened = { ...state, connection: "open" as const, ...told };
  return withGraph(opened, graph);
}

/** What is no longer in the graph cannot stay selected or be a target. */
function withGraph(state: State, graph: GraphView): State {
  const index = indexGraph(graph);
  const nodes = state.selection.nodes.filter((uid) => index.nodes.has(uid) || index.groups.has(uid));
  const edge = state.selection.edge !== null && index.edges.has(state.selection.edge) ? state.selection.edge : null;
  const same = nodes.length === state.selection.nodes.length && edge === state.selection.edge;
  const selection = same ? state.selection : { nodes, edge };
  const feeding = state.feeding !== null && index.nodes.has(state.feeding) ? state.feeding : null;
  return { ...state, graph, selection, feeding, inspected: keepInspected(state, selection) };
}

function withFrame(state: State, frame: Frame, arrays: NonNullable<State["frame"]>["arrays"]): State {
  const { number, layers, names, flags, stats, selected, shown, plan } = frame;
  return { ...state, run: frame.run, frame: { number, arrays, layers, names, flags, stats, selected, shown, plan } };
}

function keepInspected(state: State, selection: Selection): State["inspected"] {
  return state.inspected && selection.nodes.includes(state.inspected.node) ? state.inspected : null;
}

function startDrag(moving: Drag["moving"], by: Drag["by"]): Drag {
  return { id: nextId(), moving, by, verdicts: null, over: null };
}

function refusal(reply: Failed): Omit<Notice, "id"> {
  const got = reply.got && `got ${reply.got}`;
  const want = reply.want && `wants ${reply.want}`;
  const detail = [got, want, reply.hint].filter(Boolean).join("\n");
  return { tone: "refused", title: reply.title, detail, ports: reply.ports };
}

/** The newest receipt takes the place of the one before; refusals stay side by side, the same one only once. */
function withNotice(state: State, notice: Omit<Notice, "id">): State {
  const same = (other: Notice) => other.title === notice.title && other.detail === notice.detail;
  const kept = (other: Notice) => (notice.tone === "refused" || other.tone === "refused") && !same(other);
  const before = state.notices.filter(kept);
  const notices = [...before, { ...notice, id: nextId() }].slice(-MOST_NOTICES);
  return announce({ ...state, notices }, `${notice.title} ${notice.detail}`.trim());
}

function announce(state: State, text: string): State {
  return { ...state, announcement: { text, turn: state.announcement.turn + 1 } };
}

/** A rule is announced when it speaks for the first time. */
function withFindings(state: State, findings: State["findings"]): State {
  const fresh = findings.filter((finding) => !state.announced.has(finding.rule));
  if (!fresh.length) return { ...state, findings };
  const announced = new Set([...state.announced, ...fresh.map((finding) => finding.rule)]);
  return announce({ ...state, findings, announced }, `Found: ${fresh.map((finding) => finding.title).join(". ")}`);
}

function sameCursor(one: State["cursor"], other: State["cursor"]): boolean {
  return one?.step === other?.step && one?.from === other?.from;
}

function changed(set: ReadonlySet<string>, entry: string, there: boolean): ReadonlySet<string> {
  const rest = [...set].filter((other) => other !== entry);
  return new Set(there ? [...rest, entry] : rest);
}

const ONE_PLACE: readonly Panel[] = ["inspector", "log", "history", "findings"];

/** Inspector, log, history and findings share one place, so opening one closes the others. */
function togglePanel(state: State, panel: Panel, open = !panelShown(state, panel)): Layout {
  const { layout } = state;
  const rivals = open && ONE_PLACE.includes(panel) ? ONE_PLACE : [];
  const closed = Object.fromEntries(rivals.map((rival) => [rival, false]));
  const following = panel === "inspector" ? open : layout.following;
  return { ...layout, following, open: { ...layout.open, ...closed, [panel]: open }, tab: open ? panel : "canvas" };
}
