/** The style sheets, as text: the bundle arrives as a blob and brings its own, once per page or shadow root. */
import flow from "@xyflow/react/dist/base.css";
import bars from "./bars.css";
import boxes from "./canvas/boxes.css";
import lines from "./canvas/lines.css";
import overlays from "./canvas/overlays.css";
import computation from "./compute/compute.css";
import findings from "./findings/findings.css";
import history from "./history/history.css";
import inspector from "./inspector/inspector.css";
import panels from "./panels.css";
import scopes from "./scopes/scopes.css";
import theme from "./theme.css";

const SHEET = [
  flow,
  theme,
  bars,
  panels,
  inspector,
  history,
  findings,
  boxes,
  lines,
  overlays,
  scopes,
  computation,
].join("\n");
const users = new WeakMap<Node, { count: number; element: HTMLStyleElement }>();

/** Put the sheet where the element lives, unless it is there. Returns its own undo. */
export function wearStyles(element: HTMLElement): () => void {
  const root = element.getRootNode();
  const place = root instanceof ShadowRoot ? root : element.ownerDocument.head;
  const worn = users.get(place) ?? { count: 0, element: addSheet(place) };
  worn.count += 1;
  users.set(place, worn);
  return () => {
    worn.count -= 1;
    if (worn.count > 0) return;
    worn.element.remove();
    users.delete(place);
  };
}

function addSheet(place: Node): HTMLStyleElement {
  const element = document.createElement("style");
  element.dataset.patchgrad = "studio";
  element.textContent = SHEET;
  place.appendChild(element);
  return element;
}
