import { training } from "../store/selectors";
import { ask } from "./ask";
import type { UiCommand } from "./uiCommand";

export const stepOnce: UiCommand = {
  id: "patchgrad:step-once",
  label: "One step",
  keys: ["."],
  family: "Training",
  enabled: (state) => state.connection === "open" && !training(state),
  run: (studio) => ask(studio, { type: "transport", action: "step", steps: 1 }),
};
