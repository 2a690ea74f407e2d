import { compare } from "./marks";
import type { UiCommand } from "./uiCommand";

export const compareBefore: UiCommand = {
  id: "patchgrad:compare-before",
  label: "Compare with before the last edit",
  keys: ["x"],
  family: "View",
  enabled: (state) => state.timeline.marks.some((mark) => mark.own),
  run: (studio) => compare(studio, null),
};
