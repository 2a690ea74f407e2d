/** The part of Plotly that the plots use; the bundle ships no types. */
declare module "plotly.js-cartesian-dist-min" {
  export function react(element: HTMLElement, data: object[], layout?: object, config?: object): Promise<void>;
  export function purge(element: HTMLElement): void;
  export function toImage(element: HTMLElement, options: object): Promise<string>;
  export const Plots: { resize(element: HTMLElement): Promise<void> };
}
