// @vitest-environment happy-dom
import { expect, test } from "vitest";
import { picture } from "./picture";

const NS = 'xmlns="http://www.w3.org/2000/svg"';

test("a picture loses what could act, and keeps the rest", () => {
  const svg = picture(`<svg ${NS} onload="x()"><script>x()</script><g><rect onclick="x()" width="3"/></g></svg>`);
  expect(svg?.outerHTML).not.toMatch(/x\(\)/);
  expect(svg?.querySelector("rect")?.getAttribute("width")).toBe("3");
});

test("what is no picture is none", () => {
  expect(picture("<p>no</p>")).toBeNull();
});
