/** What the scopes use of Plotly. The code itself comes from the kernel when the first plot opens. */

export interface PlotElement extends HTMLElement {
  on?(event: "plotly_click" | "plotly_hover" | "plotly_unhover", listener: (event: PlotClick) => void): void;
}

export interface PlotClick {
  readonly points: readonly { readonly customdata?: unknown; readonly x?: unknown }[];
}

export interface Plotly {
  react(element: HTMLElement, data: object[], layout?: object, config?: object): Promise<unknown>;
  /** A data URL. */
  toImage(figure: object, options: object): Promise<string>;
  purge(element: HTMLElement): void;
}

/** No tool bar (it covers small plots), no zoom by wheel (the wheel scrolls the notebook). */
export const CONFIG = { displayModeBar: false, scrollZoom: false, responsive: false, doubleClick: "reset" } as const;
