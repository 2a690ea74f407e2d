import type { UiCommand } from "./uiCommand";

export const insertLayer: UiCommand = {
  id: "patchgrad:insert-layer",
  label: "Insert a layer here",
  keys: ["i"],
  family: "Edit",
  enabled: (state) => state.catalogue.length > 0,
  run: (studio) => {
    studio.store.dispatch({ type: "panel-toggled", panel: "palette", open: true });
    studio.page.focus?.("palette-search");
  },
};
