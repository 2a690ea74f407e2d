/** The palette's rows as DOM. Texts are set as text, never as HTML. */
import { SAVED_FAMILY } from "../model/host";
import type { Family } from "../model/searchKinds";
import type { KindView } from "../protocol/messages";

/** A list per family under its heading, or one line that says nothing was found. */
export function familyList(families: readonly Family[]): HTMLElement[] {
  if (families.length === 0) return [element("p", "patchgrad-palette-none", "No layer has all these words.")];
  const sections = families.map(section);
  itemsOf(...sections)[0]?.setAttribute("tabindex", "0");
  return sections;
}

/** The rows inside the elements, from top to bottom. */
export function itemsOf(...parents: readonly Element[]): HTMLElement[] {
  return parents.flatMap((parent) => Array.from(parent.querySelectorAll<HTMLElement>("[data-kind]")));
}

function section(family: Family): HTMLElement {
  const found = element("section", "patchgrad-palette-family");
  const heading = element("h3", "", family.name);
  const list = element("ul", "");
  list.setAttribute("aria-label", family.name);
  list.append(...family.kinds.map(row));
  found.append(heading, list);
  return found;
}

function row(kind: KindView): HTMLElement {
  const item = element("li", "patchgrad-palette-item");
  item.draggable = kind.family !== SAVED_FAMILY; // an edge lights up for one layer, not for several
  item.tabIndex = -1;
  item.dataset.kind = kind.kind;
  item.title = `${kind.help}\n${kind.source}`;
  item.append(element("span", "patchgrad-palette-name", kind.kind), element("code", "", settings(kind)), button(kind));
  return item;
}

/** What stands between the brackets of `nn.Linear(128, 64)`. */
function settings(kind: KindView): string {
  if (kind.family === SAVED_FAMILY) return "";
  return kind.source.slice(kind.source.indexOf("(") + 1, -1);
}

/** The way for touch, where nothing can be dragged. */
function button(kind: KindView): HTMLElement {
  const insert = element("button", "patchgrad-palette-insert", "+");
  insert.setAttribute("type", "button");
  insert.setAttribute("tabindex", "-1");
  insert.setAttribute("aria-label", `Insert ${kind.kind}`);
  return insert;
}

function element<K extends keyof HTMLElementTagNameMap>(tag: K, name: string, text = ""): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.textContent = text;
  return made;
}
