/** The arrays of a frame, read from its one binary buffer. Knows nothing of what the numbers mean. */
import type { ArrayView } from "./messages";

export type Numbers = Float32Array | Float64Array | Uint8Array | Int32Array;

/** Numbers with their shape, in row-major order. */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly data: Numbers;
}

export type NamedArrays = Readonly<Record<string, NamedArray>>;

/** `bfloat16`: the upper half of a float32. */
const TYPES = {
  float32: Float32Array,
  float64: Float64Array,
  uint8: Uint8Array,
  int32: Int32Array,
  bfloat16: Uint16Array,
} as const;

/** Read the arrays out of the buffer. An array that would reach past its end throws a RangeError. */
export function readArrays(views: Readonly<Record<string, ArrayView>>, bytes: DataView): NamedArrays {
  const arrays: Record<string, NamedArray> = {};
  for (const [name, view] of Object.entries(views)) {
    arrays[name] = { shape: view.shape, data: readArray(view, bytes) };
  }
  return arrays;
}

function readArray(view: ArrayView, bytes: DataView): Numbers {
  const Type = TYPES[view.dtype];
  const length = view.shape.reduce((product, size) => product * size, 1);
  if (view.offset + length * Type.BYTES_PER_ELEMENT > bytes.byteLength) {
    throw new RangeError(`the frame's buffer ends inside an array of shape (${view.shape.join(", ")})`);
  }
  const read = new Type(aligned(bytes, view.offset, length * Type.BYTES_PER_ELEMENT), 0, length);
  return read instanceof Uint16Array ? widened(read) : read;
}

function widened(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let place = 0; place < halves.length; place += 1) bits[place] = (halves[place] ?? 0) << 16;
  return new Float32Array(bits.buffer);
}

/** A copy of its own: a typed array may not start at an odd byte, and the message's memory is freed sooner. */
function aligned(bytes: DataView, offset: number, length: number): ArrayBuffer {
  const copy = new Uint8Array(length);
  copy.set(new Uint8Array(bytes.buffer, bytes.byteOffset + offset, length));
  return copy.buffer;
}
