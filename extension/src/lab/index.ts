import type { JupyterFrontEndPlugin } from "@jupyterlab/application";

const plugin: JupyterFrontEndPlugin<void> = {
  id: "patchgrad-lab:plugin",
  description: "Layer palette, commands and shortcuts of patchgrad.",
  autoStart: true,
  activate: () => undefined,
};

export default plugin;
