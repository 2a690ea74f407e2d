// @vitest-environment happy-dom
import { expect, test } from "vitest";
import { lacking, tooOldNotice } from "./tooOld";

const page = (supported: (property: string) => boolean, more = {}) =>
  ({ CSS: { supports: supported }, ResizeObserver: {}, OffscreenCanvas: {}, ...more }) as unknown as typeof globalThis;

test("a browser of today lacks nothing", () => {
  expect(lacking(page(() => true))).toEqual([]);
});

test("what an old browser lacks is named, with the cure, and read aloud", () => {
  const lost = lacking(page((property) => property !== "color"));
  expect(lost).toEqual(["color-mix() in CSS"]);
  const note = tooOldNotice(lost);
  expect(note.getAttribute("role")).toBe("alert");
  expect(note.textContent).toMatch(/too old.*lacks color-mix\(\).*Update it/);
});
