/** Writing and opening notebooks through JupyterLab's file service. */
import type { JupyterFrontEnd } from "@jupyterlab/application";

/** A notebook as it stands in its file (nbformat 4). */
export interface NotebookFile {
  readonly cells: readonly { readonly source: string | readonly string[] }[];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly nbformat: number;
  readonly nbformat_minor: number;
}

/** As the server takes it: files may hold a cell as a list of lines, the service wants one text. */
export function withWholeCells(notebook: NotebookFile): NotebookFile {
  const cells = notebook.cells.map((cell) => ({ ...cell, source: [cell.source].flat().join("") }));
  return { ...notebook, cells };
}

/** The notebook with the server's default Python kernel named, so that nobody is asked to choose one. */
export function withKernel(
  notebook: NotebookFile,
  kernel: { name: string; display_name: string } | null,
): NotebookFile {
  return kernel ? { ...notebook, metadata: { ...notebook.metadata, kernelspec: kernel } } : notebook;
}

export function defaultKernel(app: JupyterFrontEnd): { name: string; display_name: string } | null {
  const specs = app.serviceManager.kernelspecs.specs;
  const spec = specs?.kernelspecs[specs.default];
  return spec ? { name: spec.name, display_name: spec.display_name } : null;
}

/** A fresh untitled notebook in the folder, filled and opened. Returns its path. */
export async function openNewNotebook(app: JupyterFrontEnd, notebook: NotebookFile, folder: string): Promise<string> {
  const { path } = await app.serviceManager.contents.newUntitled({ path: folder, type: "notebook" });
  return openNotebookAt(app, notebook, path);
}

/** Write the notebook to the path and open it. */
export async function openNotebookAt(app: JupyterFrontEnd, notebook: NotebookFile, path: string): Promise<string> {
  const content = withKernel(withWholeCells(notebook), defaultKernel(app));
  await app.serviceManager.contents.save(path, { type: "notebook", format: "json", content });
  await app.commands.execute("docmanager:open", { path });
  return path;
}

/** The first of the paths at which there is a file, or null. */
export async function firstExisting(app: JupyterFrontEnd, paths: readonly string[]): Promise<string | null> {
  for (const path of paths) {
    try {
      return (await app.serviceManager.contents.get(path, { content: false })).path;
    } catch {
      // not there: try the next
    }
  }
  return null;
}
