import { describe, expect, it } from "vitest";
import type { QuantityView } from "../protocol/messages";
import { linePoints, overlay, place, rampColour, scaleOf, valueAt, withUnit } from "./overlay";

const quantity = (rest: Partial<QuantityView> = {}): QuantityView => ({
  name: "gradient_norm",
  question: "Does the gradient reach the first layer?",
  healthy: "",
  source: "",
  unit: "",
  distribution: false,
  ...rest,
});
const NaN_ = Number.NaN;
const ARRAYS = {
  "overlay.step": { shape: [3, 3], data: Int32Array.of(10, 20, 30, -1, 10, 30, -1, -1, -1) },
  "overlay.value": { shape: [3, 3], data: Float32Array.of(1, 2, 4, NaN_, 100, 400, NaN_, NaN_, NaN_) },
};

describe("numbers on the boxes", () => {
  it("are the newest of each layer; layers without any have none", () => {
    const found = overlay(quantity(), ["a", "b", "c"], ARRAYS, null);
    expect([...(found?.boxes ?? [])].map(([uid, box]) => [uid, box.value, box.share])).toEqual([
      ["a", 4, 0],
      ["b", 400, 1],
    ]);
    expect(found?.scale).toEqual({ low: 4, high: 400, log: true });
    expect(found?.boxes.get("a")?.line).toEqual([0, 1 / 3, 1]);
  });

  it("follow the cursor to the look before its step", () => {
    const found = overlay(quantity(), ["a", "b", "c"], ARRAYS, 20);
    expect([found?.at, found?.boxes.get("a")?.value, found?.boxes.get("b")?.value]).toEqual([20, 2, 100]);
    expect(valueAt([-1, 10], [NaN_, 5], 5)).toBeNaN();
  });

  it("of a distribution are bars, the largest of them full", () => {
    const arrays = {
      "overlay.rows": { shape: [2, 2], data: Float32Array.of(0.25, 0.5, 0, 0) },
      "overlay.exponent": { shape: [2], data: Int32Array.of(-3, -2) },
    };
    const found = overlay(quantity({ distribution: true }), ["a", "b"], arrays, null);
    expect([...(found?.boxes.keys() ?? [])]).toEqual(["a"]);
    expect(found?.boxes.get("a")?.bars).toEqual([0.5, 1]);
    expect(found?.exponents).toEqual([-3, -2]);
  });

  it("that do not fit their layers are not shown", () => {
    expect(overlay(quantity(), ["a"], ARRAYS, null)).toBeNull();
    expect(overlay(quantity(), ["a"], {}, null)).toBeNull();
    expect(overlay(quantity({ distribution: true }), ["a"], {}, null)).toBeNull();
  });
});

it("shares have the whole scale, so that one dead layer of many is not all colours", () => {
  expect(scaleOf(quantity({ unit: "share" }), [0.1, 0.2])).toEqual({ low: 0, high: 1, log: false });
  expect(scaleOf(quantity(), [-1, 3])).toEqual({ low: -1, high: 3, log: false });
  expect(scaleOf(quantity(), [NaN_])).toEqual({ low: 0, high: 1, log: false });
  expect(place({ low: 2, high: 2, log: false }, 2)).toBe(0.5);
  expect(place({ low: 0, high: 1, log: false }, NaN_)).toBeNaN();
});

it("colours of the scale carry text that can be read", () => {
  expect([rampColour(0).ink, rampColour(1).ink]).toEqual(["#fff", "#000"]);
  for (let share = 0; share <= 1; share += 0.05) {
    const channels = (rampColour(share).fill.match(/\d+/g) ?? []).map(Number).map((part) => part / 255);
    const [red = 0, green = 0, blue = 0] = channels.map((c) =>
      c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4,
    );
    const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    const contrast = rampColour(share).ink === "#000" ? (light + 0.05) / 0.05 : 1.05 / (light + 0.05);
    expect(contrast).toBeGreaterThan(4.5);
  }
});

it("numbers have their unit, and a line leaves out what is not finite", () => {
  expect([withUnit(0.625, "share"), withUnit(0.0123, "s"), withUnit(3 * 1024 ** 2, "B"), withUnit(0.5, "")]).toEqual([
    "63 %",
    "12.3 ms",
    "3 MiB",
    "0.5",
  ]);
  expect(linePoints([0, NaN_, 1], 100, 12)).toBe("0.0,11.0 100.0,1.0");
});
