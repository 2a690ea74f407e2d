/** Light or dark, as the host says: JupyterLab's attribute, VS Code's class, else the system's wish. */
export type Theme = "light" | "dark";

export function readTheme(document: Document): Theme {
  const { body, documentElement } = document;
  const jupyter = body.dataset.jpThemeLight ?? documentElement.dataset.jpThemeLight;
  if (jupyter !== undefined) return jupyter === "false" ? "dark" : "light";
  if (body.matches(".vscode-dark, .vscode-high-contrast:not(.vscode-high-contrast-light)")) return "dark";
  if (body.matches(".vscode-light, .vscode-high-contrast-light")) return "light";
  if (documentElement.matches(".dark, [theme=dark], [data-theme=dark]")) return "dark";
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Calls the listener when the theme changes. Returns its own undo. */
export function watchTheme(document: Document, listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  const options = { attributes: true, attributeFilter: ["class", "data-jp-theme-light", "theme", "data-theme"] };
  observer.observe(document.body, options);
  observer.observe(document.documentElement, options);
  const wish = matchMedia("(prefers-color-scheme: dark)");
  wish.addEventListener("change", listener);
  return () => {
    observer.disconnect();
    wish.removeEventListener("change", listener);
  };
}
