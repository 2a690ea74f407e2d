/** The panel's colours, read from CSS so that the plots follow the host's theme, light or dark. */

import { watchTheme } from "../theme";
import type { Colours } from "./scope";

const HEAT_STEPS = 5;
/** A host may load the new theme's style sheet after it has said its name: looked at again after so long. */
const SETTLED = [400, 1_500, 4_000] as const;

/** The `--pg-plot-*` variables in force at the element (see scopes.css), in the form that Plotly reads. */
export function readColours(element: Element): Colours {
  const probe = element.ownerDocument.createElement("span");
  probe.hidden = true;
  element.append(probe);
  const read = (name: string) => {
    probe.style.color = `var(--pg-plot-${name})`;
    return plainColour(getComputedStyle(probe).color);
  };
  const colours: Colours = {
    text: read("text"),
    muted: read("muted"),
    grid: read("grid"),
    surface: read("surface"),
    line: read("line"),
    second: read("second"),
    selected: read("selected"),
    band: read("band"),
    heat: Array.from({ length: HEAT_STEPS }, (_, step) => read(`heat-${step}`)),
  };
  probe.remove();
  return colours;
}

/** CSS knows more notations (`color(srgb ...)`, `oklch(...)`) than Plotly: paint one dot and read it back. */
function plainColour(css: string): string {
  if (css.startsWith("rgb")) return css;
  const paint = new OffscreenCanvas(1, 1).getContext("2d");
  if (!paint) return css;
  paint.fillStyle = css;
  paint.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha = 255] = paint.getImageData(0, 0, 1, 1).data;
  return `rgba(${red}, ${green}, ${blue}, ${(alpha / 255).toFixed(3)})`;
}

/** Calls back once the page wears another theme. Returns its own undo. */
export function watchColours(element: Element, changed: () => void): () => void {
  let timers: ReturnType<typeof setTimeout>[] = [];
  const forget = () => timers.forEach(clearTimeout);
  const later = () => {
    forget();
    requestAnimationFrame(changed);
    timers = SETTLED.map((time) => setTimeout(changed, time));
  };
  const stop = watchTheme(element.ownerDocument, later);
  return () => {
    forget();
    stop();
  };
}
