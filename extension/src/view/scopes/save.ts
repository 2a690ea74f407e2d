/** A plot as a file: PNG and SVG by Plotly, a page that stands alone, or its numbers. */
import type { Plotly } from "./plotly";
import type { Colours, Figure, Trace } from "./scope";

export const KINDS = ["png", "svg", "html", "csv"] as const;
export type Kind = (typeof KINDS)[number];

const SIZE = { width: 960, height: 540 } as const;
const SCALE = 2;

/** The file's text, or its data URL. */
export async function fileOf(
  plotly: Plotly,
  kind: Kind,
  title: string,
  figure: Figure,
  colours: Colours,
): Promise<Blob> {
  if (kind === "csv") return new Blob([csv(figure)], { type: "text/csv" });
  const layout = { ...figure.layout, ...SIZE, ...surface(title, colours) };
  const format = kind === "png" ? "png" : "svg";
  const url = await plotly.toImage(
    { data: [...figure.data], layout },
    { format, ...SIZE, scale: kind === "png" ? SCALE : 1 },
  );
  const picture = await (await fetch(url)).blob();
  if (kind !== "html") return picture;
  return new Blob([page(title, await picture.text(), csv(figure))], { type: "text/html" });
}

/** Outside of the studio a plot needs its question and a ground. */
function surface(title: string, colours: Colours): Record<string, unknown> {
  const text = { text: title, x: 0.02, xanchor: "left", font: { size: 18, color: colours.text } };
  return { title: text, paper_bgcolor: colours.surface, margin: { l: 64, r: 24, t: 56, b: 48 } };
}

/** A row (trace, x, y) for each point; of a map (x, y, value) for each cell. */
export function csv(figure: Figure): string {
  const maps = figure.data.filter((trace) => trace.type === "heatmap");
  const rows = maps.length ? maps.flatMap(cells) : figure.data.flatMap(points);
  const head = maps.length ? ["x", "y", "value"] : ["trace", "x", "y"];
  return [head, ...rows].map((row) => `${row.map(cell).join(",")}\n`).join("");
}

function points(trace: Trace): unknown[][] {
  const x = list(trace.x);
  return list(trace.y).map((y, at) => [trace.name ?? "", x[at] ?? at, y]);
}

function cells(trace: Trace): unknown[][] {
  const x = list(trace.x);
  const y = list(trace.y);
  return list(trace.z).flatMap((row, down) =>
    list(row).map((value, across) => [x[across] ?? across, y[down] ?? down, value]),
  );
}

function list(values: unknown): unknown[] {
  return values === undefined || values === null ? [] : Array.from(values as ArrayLike<unknown>);
}

function cell(value: unknown): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "";
  const text = String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function page(title: string, svg: string, numbers: string): string {
  const plain = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const [head = "", ...rows] = numbers.trimEnd().split("\n");
  const row = (text: string, tag: string) =>
    `<tr>${text
      .split(",")
      .map((one) => `<${tag}>${plain(one)}</${tag}>`)
      .join("")}</tr>`;
  return [
    `<!doctype html><meta charset="utf-8"><title>${plain(title)}</title>`,
    "<style>body{font:14px system-ui;margin:16px}td,th{text-align:left;padding:0 12px 0 0}svg{max-width:100%}</style>",
    svg.replace(/^<\?xml[^>]*>/, ""),
    `<details><summary>Numbers</summary><table>${row(head, "th")}${rows.map((one) => row(one, "td")).join("")}</table></details>`,
  ].join("\n");
}

/** Hand a file to the browser. */
export function download(document: Document, name: string, blob: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function fileName(title: string, kind: Kind): string {
  const words = title.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return `${words.replace(/^-|-$/g, "") || "plot"}.${kind}`;
}
