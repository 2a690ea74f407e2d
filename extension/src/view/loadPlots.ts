/** Plotly comes from the kernel when the first plot opens, once per page. */
import type { Kernel } from "../protocol/bridge";
import type { Plotly } from "./scopes/plotly";

const PAGE_KEY = "__patchgradPlots";
type Page = { [PAGE_KEY]?: Promise<Plotly> | undefined };

export function loadPlots(kernel: Kernel): Promise<Plotly> {
  const page = globalThis as Page;
  page[PAGE_KEY] ??= fetchPlots(kernel).catch((error: unknown) => {
    page[PAGE_KEY] = undefined; // the next plot may try again
    throw error;
  });
  return page[PAGE_KEY];
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
