// @vitest-environment happy-dom
import { expect, it } from "vitest";
import { KINDS } from "./kinds";
import { familyList, itemsOf } from "./paletteList";

it("every layer of the written catalogue has a row that can be dragged and says its code", () => {
  const rows = itemsOf(...familyList([{ name: "all", kinds: KINDS }]));
  expect(rows.map((row) => row.dataset.kind)).toEqual(KINDS.map((kind) => kind.kind));
  expect(KINDS.length).toBeGreaterThan(20);
  for (const row of rows) {
    expect(row.draggable).toBe(true);
    expect(row.title).toContain("nn.");
  }
});

it("the graph's own input and output are not offered to a cell", () => {
  expect(KINDS.map((kind) => kind.kind)).not.toContain("Input");
});

it("one row, and only one, is the list's tab stop", () => {
  const rows = itemsOf(...familyList([{ name: "all", kinds: KINDS }]));
  expect(rows.filter((row) => row.tabIndex === 0)).toHaveLength(1);
});

it("a name that looks like HTML stays text", () => {
  const [section] = familyList([{ name: "<img src=x>", kinds: [] }]);
  expect(section?.querySelector("img")).toBeNull();
  expect(section?.textContent).toBe("<img src=x>");
});

it("a search without a result says so", () => {
  expect(familyList([])[0]?.textContent).toBe("No layer has all these words.");
});
