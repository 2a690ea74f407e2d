/** The sidebar's palette: a search field over the layers by family. Drag an item, or walk to it and press Enter. */
import { Widget } from "@lumino/widgets";
import { layerDragData } from "../model/layerDrag";
import { searchKinds } from "../model/searchKinds";
import type { KindView } from "../protocol/messages";
import { patchgradIcon } from "./icons";
import { familyList, itemsOf } from "./paletteList";
import type { TranslationBundle } from "./translated";

export class PaletteWidget extends Widget {
  private readonly field = document.createElement("input");
  private readonly list = document.createElement("div");
  private readonly usual: readonly KindView[];
  private kinds: readonly KindView[];
  private readonly trans: TranslationBundle;
  private readonly insert: (kind: KindView) => void;

  constructor(kinds: readonly KindView[], trans: TranslationBundle, insert: (kind: KindView) => void) {
    super();
    this.kinds = this.usual = kinds;
    this.trans = trans;
    this.insert = insert;
    this.id = "patchgrad-palette";
    this.addClass("patchgrad-palette");
    this.title.icon = patchgradIcon;
    this.title.caption = trans.__("patchgrad layers");
    this.node.setAttribute("role", "region");
    this.node.setAttribute("aria-label", trans.__("patchgrad layers"));
    this.build();
  }

  /** Put the cursor into the search field, its text selected. */
  search(): void {
    this.field.focus();
    this.field.select();
  }

  /** Layers of the user's own, as a studio tells them: they come first. */
  add(own: readonly KindView[]): void {
    this.kinds = [...own, ...this.usual];
    this.find(this.field.value);
  }

  /** List what the query finds. */
  find(query: string): void {
    this.list.replaceChildren(...familyList(searchKinds(this.kinds, query)));
  }

  handleEvent(event: Event): void {
    if (event.type === "input") this.find(this.field.value);
    else if (event.type === "keydown") this.onKey(event as KeyboardEvent);
    else this.onPointer(event);
  }

  protected override onAfterAttach(): void {
    for (const type of EVENTS) this.node.addEventListener(type, this);
  }

  protected override onBeforeDetach(): void {
    for (const type of EVENTS) this.node.removeEventListener(type, this);
  }

  private build(): void {
    this.field.type = "search";
    this.field.placeholder = this.trans.__("Search layers");
    this.field.className = "patchgrad-palette-search jp-mod-styled";
    this.field.setAttribute("aria-label", this.trans.__("Search layers"));
    this.list.className = "patchgrad-palette-list";
    const hint = document.createElement("p");
    hint.className = "patchgrad-palette-hint";
    hint.textContent = this.trans.__("Drag onto the studio or into a cell; Enter inserts at the cursor.");
    this.node.append(this.field, hint, this.list);
    this.find("");
  }

  private onPointer(event: Event): void {
    const kind = this.kindAt(event.target);
    if (!kind) return;
    if (event.type === "dragstart") carry(kind, event as DragEvent);
    else if (event.type === "dblclick" || isInsertButton(event.target)) this.insert(kind);
  }

  private kindAt(target: EventTarget | null): KindView | undefined {
    const item = (target as Element | null)?.closest<HTMLElement>("[data-kind]");
    return this.kinds.find((kind) => kind.kind === item?.dataset.kind);
  }

  private onKey(event: KeyboardEvent): void {
    const act = this.keyActions()[event.key];
    if (!act || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === " " && event.target === this.field) return;
    event.preventDefault();
    event.stopPropagation();
    act(event.target as HTMLElement);
  }

  private keyActions(): Record<string, (from: HTMLElement) => void> {
    const insert = (from: HTMLElement) => {
      const kind = this.kindAt(from) ?? this.kindAt(itemsOf(this.list)[0] ?? null);
      if (kind) this.insert(kind);
    };
    return {
      Enter: insert,
      " ": insert,
      ArrowDown: (from) => this.walk(from, 1),
      ArrowUp: (from) => this.walk(from, -1),
      Escape: () => {
        this.field.value = "";
        this.find("");
        this.search();
      },
    };
  }

  /** From the search field into the list and back; one item is the list's tab stop. */
  private walk(from: HTMLElement, step: 1 | -1): void {
    const stops = [this.field, ...itemsOf(this.list)];
    const here = stops.findIndex((stop) => stop === from || stop.contains(from));
    const next = stops[Math.min(stops.length - 1, Math.max(0, here + step))];
    if (next !== this.field) for (const item of itemsOf(this.list)) item.tabIndex = item === next ? 0 : -1;
    next?.focus();
  }
}

const EVENTS = ["input", "keydown", "dragstart", "click", "dblclick"] as const;

function isInsertButton(target: EventTarget | null): boolean {
  return (target as Element | null)?.closest("button") !== null;
}

function carry(kind: KindView, event: DragEvent): void {
  if (!event.dataTransfer) return;
  const data = layerDragData({ kind: kind.kind }, kind.source);
  for (const [type, text] of Object.entries(data)) event.dataTransfer.setData(type, text);
  event.dataTransfer.effectAllowed = "copy";
}
