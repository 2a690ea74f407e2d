/** Everything that can happen to the store. */
import type { NamedArrays } from "../protocol/arrays";
import type {
  Compared,
  Failed,
  FindingView,
  Frame,
  GraphView,
  Inspected,
  LogView,
  Looked,
  OfferView,
  Opened,
  PaletteView,
  RunView,
  SectionView,
  TimelineView,
  Verdict,
} from "../protocol/messages";
import type { ComputeAction } from "./compute";
import type { ChosenOverlay, Cursor, Drag, Notice, Panel, Picker, Selection, ShownSource } from "./state";

export type Action =
  | ComputeAction
  | { readonly type: "opened"; readonly message: Opened }
  | { readonly type: "connection-lost" }
  | { readonly type: "connection-opening" }
  | { readonly type: "connection-found" }
  | { readonly type: "graph-arrived"; readonly graph: GraphView }
  | { readonly type: "run-arrived"; readonly run: RunView }
  | { readonly type: "log-arrived"; readonly log: LogView }
  | { readonly type: "timeline-arrived"; readonly timeline: TimelineView }
  | { readonly type: "setup-arrived"; readonly sections: readonly SectionView[] }
  | { readonly type: "palette-arrived"; readonly palette: PaletteView }
  | { readonly type: "findings-arrived"; readonly findings: readonly FindingView[] }
  | { readonly type: "finding-put-away"; readonly rule: string; readonly away: boolean }
  | { readonly type: "overlay-chosen"; readonly overlay: ChosenOverlay }
  | { readonly type: "cursor-moved"; readonly cursor: Cursor | null }
  | { readonly type: "looked"; readonly looked: Looked | null }
  | { readonly type: "frame-arrived"; readonly frame: Frame; readonly arrays: NamedArrays }
  | { readonly type: "request-sent" }
  | { readonly type: "request-answered" }
  | { readonly type: "selected"; readonly selection: Selection }
  | { readonly type: "drag-started"; readonly moving: Drag["moving"]; readonly by: Drag["by"] }
  | { readonly type: "drag-judged"; readonly id: number; readonly verdicts: readonly Verdict[] }
  | { readonly type: "drag-over"; readonly over: string | null }
  | { readonly type: "drag-ended" }
  | { readonly type: "picker-opened"; readonly title: string; readonly at: Picker["at"] }
  | { readonly type: "picker-filled"; readonly id: number; readonly offers: readonly OfferView[] }
  | { readonly type: "picker-closed" }
  | { readonly type: "feeding-chosen"; readonly node: string | null }
  | { readonly type: "find-toggled"; readonly open?: boolean }
  | { readonly type: "group-colours-toggled" }
  | { readonly type: "refused"; readonly reply: Failed }
  | { readonly type: "notice-added"; readonly notice: Omit<Notice, "id"> }
  | { readonly type: "notice-dismissed"; readonly id: number }
  | { readonly type: "announced"; readonly text: string }
  | { readonly type: "inspected"; readonly inspected: Inspected }
  | { readonly type: "source-shown"; readonly source: ShownSource | null }
  | { readonly type: "compared"; readonly compared: Compared | null }
  | { readonly type: "panel-toggled"; readonly panel: Panel; readonly open?: boolean }
  | { readonly type: "tab-chosen"; readonly tab: Panel | "canvas" }
  | { readonly type: "width-changed"; readonly narrow: boolean }
  | { readonly type: "keyboard-map-toggled"; readonly open?: boolean };
