import type { UiCommand } from "./uiCommand";

export const searchPalette: UiCommand = {
  id: "patchgrad:search-palette",
  label: "Search the palette",
  keys: ["/"],
  family: "Move about",
  enabled: (state) => state.catalogue.length > 0,
  run: (studio) => {
    studio.store.dispatch({ type: "panel-toggled", panel: "palette", open: true });
    studio.page.focus?.("palette-search");
  },
};
