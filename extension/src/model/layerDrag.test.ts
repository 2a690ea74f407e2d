import { expect, it } from "vitest";
import { carriesLayer, hoveringKind, LAYER_MIME, layerDragData, readLayer } from "./layerDrag";

it("what a palette puts in is read on the canvas", () => {
  const data = layerDragData({ kind: "Linear", settings: { out_features: 64 } }, "nn.Linear(128, 64)");
  expect(readLayer(data[LAYER_MIME] ?? "")).toEqual({ kind: "Linear", settings: { out_features: 64 } });
  expect(data["text/plain"]).toBe("nn.Linear(128, 64)");
});

it("the kind is known while it hovers, though browsers write types in lower case", () => {
  const types = Object.keys(layerDragData({ kind: "BatchNorm2d" }, "")).map((type) => type.toLowerCase());
  expect(carriesLayer(types)).toBe(true);
  expect(hoveringKind(types, ["Linear", "BatchNorm2d"])).toBe("BatchNorm2d");
  expect(hoveringKind(["text/plain"], ["Linear"])).toBeNull();
});

it("a bare name is a layer; anything else is not", () => {
  expect(readLayer("ReLU")).toEqual({ kind: "ReLU" });
  for (const text of ["", "{", "[1]", "null", '{"kind": 3}', '{"kind": "ReLU", "settings": 4}'])
    expect(readLayer(text)).toBeNull();
});
