/** How views reach the store and the commands. */
import { createContext, useCallback, useContext, useRef, useSyncExternalStore } from "react";
import type { Studio } from "../commands/studio";
import type { UiCommand } from "../commands/uiCommand";
import type { State } from "../store/state";

export const StudioContext = createContext<Studio | null>(null);

export function useStudio(): Studio {
  const studio = useContext(StudioContext);
  if (!studio) throw new Error("a view of the studio stands outside of StudioContext");
  return studio;
}

/** A read of the state. The view is drawn again only when the value is another one (by identity). */
export function useRead<T>(selector: (state: State) => T): T {
  const { store } = useStudio();
  const last = useRef<{ state: State; selector: typeof selector; value: T } | null>(null);
  const read = () => {
    const state = store.getState();
    if (last.current?.state !== state || last.current.selector !== selector) {
      last.current = { state, selector, value: selector(state) };
    }
    return last.current.value;
  };
  return useSyncExternalStore(store.subscribe, read);
}

export interface BoundCommand {
  readonly enabled: boolean;
  readonly run: () => void;
  /** `Undo (Ctrl+Z)`. */
  readonly title: string;
}

/** A UI command as a button needs it. */
export function useCommand(command: UiCommand): BoundCommand {
  const studio = useStudio();
  const enabled = useRead(useCallback((state: State) => command.enabled(state), [command]));
  const run = useCallback(() => void command.run(studio), [command, studio]);
  const key = command.keys[0];
  return { enabled, run, title: key ? `${command.label} (${key})` : command.label };
}
