/** Plotly comes from the kernel when the first plot opens, once per page. */
import type { Kernel } from "../protocol/bridge";
import type { Plotly } from "./scopes/plotly";

type Page = Record<string, Promise<Plotly> | undefined>;

/** `hash`: of the bundle, so that a kernel with other code on the same page gets its own. */
export function loadPlots(kernel: Kernel, hash: string): Promise<Plotly> {
  const page = globalThis as unknown as Page;
  const key = `__patchgradPlots${hash}`;
  const loading =
    page[key] ??
    fetchPlots(kernel).catch((error: unknown) => {
      page[key] = undefined; // the next plot may try again
      throw error;
    });
  page[key] = loading;
  return loading;
}

async function fetchPlots(kernel: Kernel): Promise<Plotly> {
  const reply = await kernel.ask({ type: "ask-code", name: "plots" });
  if (reply.type === "failed") throw new Error(`${reply.title} ${reply.hint}`);
  const url = URL.createObjectURL(new Blob([reply.bytes as DataView<ArrayBuffer>], { type: "text/javascript" }));
  try {
    return ((await import(url)) as { default: Plotly }).default;
  } finally {
    URL.revokeObjectURL(url);
  }
}
