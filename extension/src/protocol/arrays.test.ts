import { expect, it } from "vitest";
import { readArrays } from "./arrays";

const view = (...bytes: number[]) => new DataView(Uint8Array.from(bytes).buffer);

it("reads arrays of each type at their offsets", () => {
  const memory = new DataView(new ArrayBuffer(24));
  memory.setInt32(0, -5, true);
  memory.setFloat32(8, 0.5, true);
  memory.setUint8(16, 200);
  memory.setUint16(20, 0xbf00, true);
  const arrays = readArrays(
    {
      a: { dtype: "int32", shape: [1], offset: 0 },
      b: { dtype: "float32", shape: [1, 1], offset: 8 },
      c: { dtype: "uint8", shape: [2], offset: 16 },
      d: { dtype: "bfloat16", shape: [1], offset: 20 },
    },
    memory,
  );
  expect(arrays).toEqual({
    a: { shape: [1], data: Int32Array.of(-5) },
    b: { shape: [1, 1], data: Float32Array.of(0.5) },
    c: { shape: [2], data: Uint8Array.of(200, 0) },
    d: { shape: [1], data: Float32Array.of(-0.5) },
  });
});

it("reads an empty array from no bytes", () => {
  expect(readArrays({ a: { dtype: "float64", shape: [0], offset: 0 } }, view()).a?.data).toHaveLength(0);
});

it("refuses an array that reaches past the end of the buffer", () => {
  expect(() => readArrays({ a: { dtype: "float64", shape: [2], offset: 0 } }, view(1, 2, 3))).toThrow(RangeError);
});
