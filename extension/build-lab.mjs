// Federates lib/ into labextension/, then writes the version of the Python package into it,
// which is the only place where a version is kept.
import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";

const builder = "node_modules/@jupyter/builder/lib/build-labextension.js";
const core = "node_modules/@jupyterlab/core-meta/core.package.json";
const { status } = spawnSync(process.execPath, [builder, "--core-package-file", core, "."], { stdio: "inherit" });
if (status !== 0) process.exit(status ?? 1);

const source = readFileSync("../package/patchgrad/version.py", "utf8");
const version = /^__version__ = "(.+)"$/m.exec(source)?.[1];
if (!version) throw new Error('package/patchgrad/version.py has no line __version__ = "..."');
const path = "labextension/package.json";
writeFileSync(path, `${JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), version }, null, 2)}\n`);

// Tells JupyterLab that pip, not its own extension manager, installs and removes this extension.
copyFileSync("install.json", "labextension/install.json");
