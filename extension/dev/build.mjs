// Bundles the development page into one HTML file: `node dev/build.mjs FILE`, then open FILE.
import { writeFileSync } from "node:fs";
import * as esbuild from "esbuild";

const result = await esbuild.build({
  entryPoints: ["dev/page.ts"],
  bundle: true,
  write: false,
  format: "iife",
  jsx: "automatic",
  define: { "process.env.NODE_ENV": '"development"' },
  loader: { ".css": "text", ".svg": "text" },
});
const script = result.outputFiles[0].text.replaceAll("</script", "<\\/script");
writeFileSync(
  process.argv[2],
  `<!doctype html><meta charset="utf-8"><title>studio</title><body style="margin:8px"><div id="studio"></div><script>${script}</script>`,
);
