import type { JupyterFrontEnd } from "@jupyterlab/application";
import { expect, it } from "vitest";
import { firstExisting, openNewNotebook, withKernel } from "./notebookFile";
import starter from "./starter.json";

const PYTHON = { name: "python3", display_name: "Python 3" };

/** As much of JupyterLab as writing a notebook needs. */
function appWith(...files: string[]) {
  const saved: Record<string, { content: { cells: { source: unknown }[]; metadata: unknown } }> = {};
  const executed: unknown[] = [];
  const contents = {
    newUntitled: async ({ path }: { path: string }) => ({ path: `${path}/Untitled.ipynb` }),
    save: async (path: string, file: (typeof saved)[string]) => {
      saved[path] = file;
    },
    get: async (path: string) => {
      if (!files.includes(path)) throw new Error("404");
      return { path };
    },
  };
  const kernelspecs = { specs: { default: "python3", kernelspecs: { python3: PYTHON } } };
  const commands = { execute: async (...call: unknown[]) => executed.push(call) };
  return {
    saved,
    executed,
    app: { serviceManager: { contents, kernelspecs }, commands } as unknown as JupyterFrontEnd,
  };
}

it("a new studio notebook is written into the folder with a kernel and whole cells, and opened", async () => {
  const { app, saved, executed } = appWith();
  expect(await openNewNotebook(app, starter, "work")).toBe("work/Untitled.ipynb");
  const { content } = saved["work/Untitled.ipynb"] ?? { content: { cells: [], metadata: null } };
  expect(content.metadata).toEqual({ kernelspec: PYTHON });
  expect(content.cells.map((cell) => typeof cell.source)).toEqual(starter.cells.map(() => "string"));
  expect(executed).toEqual([["docmanager:open", { path: "work/Untitled.ipynb" }]]);
});

it("without a known kernel the notebook's own metadata stay", () => {
  const notebook = { ...starter, metadata: { language: "python" } };
  expect(withKernel(notebook, null).metadata).toEqual({ language: "python" });
});

it("the reader's own copy of the tutorial is found before that of a checkout", async () => {
  const { app } = appWith("notebooks/a.ipynb", "a.ipynb");
  expect(await firstExisting(app, ["a.ipynb", "notebooks/a.ipynb"])).toBe("a.ipynb");
  expect(await firstExisting(appWith("notebooks/a.ipynb").app, ["a.ipynb", "notebooks/a.ipynb"])).toBe(
    "notebooks/a.ipynb",
  );
  expect(await firstExisting(appWith().app, ["a.ipynb"])).toBeNull();
});
