/** An SVG text as an element of the page, without anything that could act. */

const ACTING = "script, foreignObject, iframe, use, a, animate, set";

/** Null if the text is no picture. */
export function picture(text: string): Element | null {
  const svg = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  if (svg.nodeName !== "svg") return null;
  for (const element of svg.querySelectorAll(ACTING)) element.remove();
  for (const element of [svg, ...svg.querySelectorAll("*")]) {
    for (const { name } of [...element.attributes]) if (/^on|href$/i.test(name)) element.removeAttribute(name);
  }
  return document.importNode(svg, true);
}
