import type { UiCommand } from "./uiCommand";

export const findOnCanvas: UiCommand = {
  id: "patchgrad:find-on-canvas",
  label: "Find a layer on the canvas",
  keys: ["Ctrl+F"],
  family: "Move about",
  enabled: (state) => state.graph.nodes.length > 0,
  run: (studio) => {
    studio.store.dispatch({ type: "tab-chosen", tab: "canvas" });
    studio.store.dispatch({ type: "find-toggled", open: true });
    studio.page.focus?.("find");
  },
};
