/**
 * A layer on its way by drag and drop: what the palettes (the studio's and JupyterLab's sidebar) put
 * into the drag, and what the canvas reads. Pure.
 *
 * While a drag hovers, browsers show the *types* of its data but not the data. So the kind travels in
 * a type as well, and the edges can light up before the drop.
 */
export const LAYER_MIME = "application/x-patchgrad-layer";
/** Event by which a palette outside of the studio adds a layer without a drag; `detail` is a `DraggedLayer`. */
export const ADD_LAYER = "patchgrad:add-layer";
/** The studio's root element: the event is sent to it, and a studio that takes the layer cancels it. */
export const STUDIO_ROOT = "patchgrad-studio";
const KIND_PREFIX = `${LAYER_MIME}.`;

export interface DraggedLayer {
  readonly kind: string;
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** What a palette puts into `dataTransfer`, by type. `source` is the text for a code cell. */
export function layerDragData(layer: DraggedLayer, source: string): Readonly<Record<string, string>> {
  return {
    [LAYER_MIME]: JSON.stringify(layer),
    [KIND_PREFIX + layer.kind.toLowerCase()]: layer.kind,
    "text/plain": source,
  };
}

export function carriesLayer(types: readonly string[]): boolean {
  return types.includes(LAYER_MIME);
}

/** The kind that hovers, if the drag tells it: browsers hand types over in lower case. */
export function hoveringKind(types: readonly string[], kinds: readonly string[]): string | null {
  const lower = types.find((type) => type.startsWith(KIND_PREFIX))?.slice(KIND_PREFIX.length);
  return kinds.find((kind) => kind.toLowerCase() === lower) ?? null;
}

/** Read the dropped text: a kind's name, or JSON with `kind` and `settings`. Null if it is neither. */
export function readLayer(text: string): DraggedLayer | null {
  const trimmed = text.trim();
  if (/^[A-Z]\w*$/.test(trimmed)) return { kind: trimmed };
  try {
    const value: unknown = JSON.parse(trimmed);
    return isDraggedLayer(value) ? value : null;
  } catch {
    return null;
  }
}

function isDraggedLayer(value: unknown): value is DraggedLayer {
  if (typeof value !== "object" || value === null) return false;
  const { kind, settings } = value as Partial<DraggedLayer>;
  return typeof kind === "string" && (settings === undefined || (typeof settings === "object" && settings !== null));
}
