// Writes the licence of each package that a bundle holds, whole, as their terms ask for.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const PACKAGE = /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;
const LICENCE = /^(licen[cs]e|copying|notice)/i;

/** `inputs` are paths of bundled files, as esbuild's metafile names them. An error if a package comes without a licence. */
export function writeLicences(inputs, target) {
  const folders = new Set(inputs.map((path) => PACKAGE.exec(path)?.[0]).filter(Boolean));
  const entries = [...folders].map(described).sort();
  writeFileSync(target, `Packages in the bundles beside this file, with their licences.\n\n${entries.join("\n")}`);
}

function described(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const texts = readdirSync(folder).filter((file) => LICENCE.test(file));
  if (!texts.length || !license) throw new Error(`${name} has no licence in ${folder}: it cannot be bundled`);
  const whole = texts.map((file) => readFileSync(join(folder, file), "utf8").trim()).join("\n\n");
  return `==== ${name} ${version}, ${license} ====\n\n${whole}\n`;
}
