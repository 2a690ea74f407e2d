import { expect, it } from "vitest";
import { GRAPH } from "../../dev/scene";
import { placePorts, portKey, portPoint, readPortKey, samePort } from "./ports";

const ADD = GRAPH.nodes.find((node) => node.uid === "add");
if (!ADD) throw new Error("the scene has an Add");

it("a port's key is read back", () => {
  const ref = { node: "n3", port: "x" };
  expect(readPortKey(portKey(ref))).toEqual(ref);
  expect(samePort(ref, { ...ref })).toBe(true);
  expect(samePort(ref, { node: "n3", port: "y" })).toBe(false);
});

it("ports divide their side evenly, inputs left and outputs right", () => {
  const places = placePorts(ADD).map(({ port, side, x, y }) => [port.name, side, x, y]);
  expect(places).toEqual([
    ["a", "input", 0, 24],
    ["b", "input", 0, 48],
    ["y", "output", 128, 36],
  ]);
});

it("an unknown port sits in the middle of its side", () => {
  expect(portPoint(ADD, "none", "output")).toEqual({ x: ADD.x + 128, y: ADD.y + 36 });
});
