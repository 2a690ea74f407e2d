/** A browser that cannot show the studio: what it lacks, and a cure, in place of half a drawing. */

/** Newest of what the studio draws with, and how to ask for it. */
const NEEDED: Readonly<Record<string, (page: typeof globalThis) => boolean>> = {
  "color-mix() in CSS": (page) => page.CSS.supports("color", "color-mix(in srgb, red, blue)"),
  ":has() in CSS": (page) => page.CSS.supports("selector(:has(a))"),
  "container queries in CSS": (page) => page.CSS.supports("container-type", "inline-size"),
  ResizeObserver: (page) => "ResizeObserver" in page,
  OffscreenCanvas: (page) => "OffscreenCanvas" in page,
};

/** Names of what the browser lacks; empty where all is there. */
export function lacking(page: typeof globalThis = globalThis): string[] {
  return Object.entries(NEEDED)
    .filter(([, isThere]) => !isThere(page))
    .map(([name]) => name);
}

export function tooOldNotice(lost: readonly string[]): HTMLElement {
  const note = document.createElement("p");
  note.setAttribute("role", "alert");
  note.textContent =
    `This browser is too old for the studio: it lacks ${lost.join(", ")}. ` +
    "Update it (Chrome and Edge 111, Firefox 121, Safari 16.4 or newer) and load the page again; training and Python are not touched.";
  return note;
}
