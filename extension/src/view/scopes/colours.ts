/** The panel's colours, read from CSS so that the plots follow the host's theme, light or dark. */

import type { Colours } from "./scope";

const HEAT_STEPS = 5;

/** Reads the `--pg-plot-*` variables in force at the element (see scopes.css). */
export function readColours(element: Element): Colours {
  const style = getComputedStyle(element);
  const read = (name: string) => style.getPropertyValue(`--pg-plot-${name}`).trim();
  return {
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
}

/** Calls back when the host changes its theme: JupyterLab, VS Code and browsers each say it their own way. */
export function watchTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  const attributeFilter = ["class", "style", "data-jp-theme-light", "data-jp-theme-name", "data-vscode-theme-kind"];
  for (const element of [document.documentElement, document.body]) {
    observer.observe(element, { attributes: true, attributeFilter });
  }
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", changed);
  return () => {
    observer.disconnect();
    dark.removeEventListener("change", changed);
  };
}
