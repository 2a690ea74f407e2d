/** Which number stands on the boxes, and how. */
import type { OverlayForm } from "../model/overlay";
import { announce } from "./ask";
import type { Studio } from "./studio";

/** What is shown when nothing was chosen yet. */
const FIRST = "gradient_norm";

export function chooseOverlay(studio: Studio, quantity: string, form?: OverlayForm): void {
  const { overlay } = studio.store.getState();
  const asked = quantity !== overlay.quantity;
  studio.store.dispatch({ type: "overlay-chosen", overlay: { quantity, form: form ?? overlay.form } });
  if (asked) tellOverlay(studio);
}

/** The kernel sends the numbers of what is chosen, and only those. */
export function tellOverlay({ store, kernel }: Studio): void {
  kernel.tell({ type: "show-quantity", quantity: store.getState().overlay.quantity });
}

export function switchOverlay(studio: Studio): void {
  const { overlay, quantities } = studio.store.getState();
  const first = quantities.find((known) => known.name === FIRST) ?? quantities[0];
  if (!first) announce(studio, "Nothing is measured in this session");
  else chooseOverlay(studio, overlay.quantity ? "" : first.name);
}
