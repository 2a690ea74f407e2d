/** Every command and its keys, from the registry. */
import { COMMANDS } from "../../commands/registry";
import type { UiCommand } from "../../commands/uiCommand";
import type { State } from "../../store/state";
import { useRead, useStudio } from "../studioContext";
import { Dialog } from "./Dialog";

const FAMILIES: readonly UiCommand["family"][] = ["Training", "Edit", "Move about", "Computation", "View"];
const isOpen = (state: State) => state.layout.keyboardMap;

export function KeyboardMap() {
  const { store } = useStudio();
  if (!useRead(isOpen)) return null;
  return (
    <Dialog title="Keyboard map" onClose={() => store.dispatch({ type: "keyboard-map-toggled", open: false })}>
      <div className="pg-keymap">
        {FAMILIES.map((family) => (
          <section key={family}>
            <h4>{family}</h4>
            <dl>
              {COMMANDS.filter((command) => command.family === family).map((command) => (
                <div key={command.id}>
                  <dt>
                    {command.keys.map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dt>
                  <dd>{command.label}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
