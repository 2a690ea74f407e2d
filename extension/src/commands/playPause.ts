import { training } from "../store/selectors";
import { ask } from "./ask";
import type { UiCommand } from "./uiCommand";

export const playPause: UiCommand = {
  id: "patchgrad:play-pause",
  label: "Play or pause",
  keys: ["Space"],
  family: "Training",
  enabled: (state) => state.connection === "open",
  run: (studio) => {
    const action = training(studio.store.getState()) ? "pause" : "play";
    return ask(studio, { type: "transport", action, steps: 1 });
  },
};
