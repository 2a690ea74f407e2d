// Bundles our own sources of the JupyterLab extension into lib/index.js. Packages stay imports:
// JupyterLab hands its own copies to every extension.
import * as esbuild from "esbuild";

await esbuild.build({
  entryPoints: ["src/lab/index.ts"],
  outdir: "lib",
  bundle: true,
  packages: "external",
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  loader: { ".svg": "text", ".ipynb": "json" },
  logLevel: "warning",
});
