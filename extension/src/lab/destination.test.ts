// @vitest-environment happy-dom
import type { JupyterFrontEnd } from "@jupyterlab/application";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ADD_LAYER } from "../model/layerDrag";
import { type Destination, watchDestination } from "./destination";

/** As much of JupyterLab as inserting needs: the commands that are enabled, and what was executed. */
function appWith(...enabled: string[]) {
  const executed: [string, unknown][] = [];
  const commands = {
    hasCommand: (id: string) => enabled.includes(id),
    isEnabled: (id: string) => enabled.includes(id),
    execute: async (id: string, args: unknown) => executed.push([id, args]),
  };
  return { executed, app: { commands, shell: { currentWidget: null } } as unknown as JupyterFrontEnd };
}

let destination: Destination;
beforeEach(() => {
  document.body.innerHTML = `
    <aside><input id="search" /></aside>
    <main class="patchgrad-studio"><button id="inside"></button></main>
    <textarea id="cell"></textarea>`;
});
afterEach(() => destination.dispose());

const byId = (id: string) => document.getElementById(id) as HTMLElement;
function watch(app: JupyterFrontEnd): void {
  destination = watchDestination(app, document.querySelector("aside") as Element);
}
function hearLayers(): string[] {
  const heard: string[] = [];
  document.querySelector("main")?.addEventListener(ADD_LAYER, (event) => {
    event.preventDefault();
    heard.push((event as CustomEvent<{ kind: string }>).detail.kind);
  });
  return heard;
}

it("a layer goes to the studio that had the focus last, though the palette has it now", async () => {
  const { app, executed } = appWith("notebook:replace-selection");
  watch(app);
  const heard = hearLayers();
  byId("inside").focus();
  byId("search").focus();
  expect(await destination.insert("Linear", "nn.Linear(128, 64)")).toBe(true);
  expect(heard).toEqual(["Linear"]);
  expect(executed).toEqual([]);
});

it("a layer is typed into the notebook once the focus has left the studio", async () => {
  const { app, executed } = appWith("notebook:replace-selection");
  watch(app);
  const heard = hearLayers();
  byId("inside").focus();
  byId("cell").focus();
  byId("search").focus();
  expect(await destination.insert("Linear", "nn.Linear(128, 64)")).toBe(true);
  expect(heard).toEqual([]);
  expect(executed[0]).toEqual(["notebook:replace-selection", { text: "nn.Linear(128, 64)" }]);
});

it("a studio that is gone from the page is no destination", async () => {
  const { app, executed } = appWith("fileeditor:replace-selection");
  watch(app);
  byId("inside").focus();
  document.querySelector("main")?.remove();
  expect(await destination.insert("ReLU", "nn.ReLU()")).toBe(true);
  expect(executed).toEqual([["fileeditor:replace-selection", { text: "nn.ReLU()" }]]);
});

it("a studio that does not take the layer, and no editor: it is said to have gone nowhere", async () => {
  const { app } = appWith();
  watch(app);
  byId("inside").focus();
  expect(await destination.insert("ReLU", "nn.ReLU()")).toBe(false);
  byId("cell").focus();
  expect(await destination.insert("ReLU", "nn.ReLU()")).toBe(false);
});
