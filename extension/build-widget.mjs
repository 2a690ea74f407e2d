// Bundles the widgets for anywidget: one ES module each, straight into the Python package.
// plots.js holds Plotly and is asked for only when the first plot opens, so that the canvas paints without it.
import * as esbuild from "esbuild";
import { writeLicences } from "./build-licences.mjs";

const watch = process.argv.includes("--watch");
const outdir = "../package/patchgrad/static";

const bundle = (entry, name) => ({
  entryPoints: { [name]: entry },
  outdir,
  bundle: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  minify: !watch,
  sourcemap: watch ? "inline" : false,
  legalComments: "linked",
  define: { "process.env.NODE_ENV": '"production"', global: "globalThis" },
  loader: { ".svg": "text", ".css": "text" },
  logLevel: "warning",
});

const bundles = [bundle("src/widgets/studio.tsx", "widget"), bundle("src/widgets/plots.ts", "plots")];

if (watch) {
  for (const options of bundles) await (await esbuild.context({ ...options, logLevel: "info" })).watch();
} else {
  const made = await Promise.all(bundles.map((options) => esbuild.build({ ...options, metafile: true })));
  const inputs = made.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  writeLicences(inputs, `${outdir}/third-party-licences.txt`);
}
