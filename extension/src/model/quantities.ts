/** Times, sizes and amounts of work in a few characters; empty for nothing. Pure. */

/** `12 µs`, `3.4 ms`, `1.2 s`. */
export function duration(seconds: number | undefined): string {
  if (seconds === undefined || !(seconds >= 1e-6)) return "";
  if (seconds >= 1) return `${digits(seconds)} s`;
  return seconds >= 1e-3 ? `${digits(seconds * 1e3)} ms` : `${digits(seconds * 1e6)} µs`;
}

/** `512 B`, `3.1 KB`, in powers of 1024. */
export function size(bytes: number): string {
  return scaled(bytes, 1024, ["B", "KB", "MB", "GB", "TB"]);
}

/** `950 FLOP`, `12.5 kFLOP`. */
export function work(flops: number): string {
  return scaled(flops, 1000, ["FLOP", "kFLOP", "MFLOP", "GFLOP", "TFLOP", "PFLOP"]);
}

function scaled(value: number, step: number, units: readonly string[]): string {
  if (!value) return "";
  let place = 0;
  let rest = value;
  while (rest >= step && place < units.length - 1) {
    rest /= step;
    place += 1;
  }
  return `${digits(rest)} ${units[place]}`;
}

function digits(value: number): string {
  return value >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
