/** The model as a Module class, or the edits as a script, to read and to copy. */
import type { State } from "../../store/state";
import { useRead, useStudio } from "../studioContext";
import { CopyButton } from "./CopyButton";
import { Dialog } from "./Dialog";

const TITLES = { module: "The model as a Module class", script: "The edits as a script" } as const;
const shown = (state: State) => state.source;

export function SourceSheet() {
  const { store, page } = useStudio();
  const source = useRead(shown);
  if (!source) return null;
  const close = () => store.dispatch({ type: "source-shown", source: null });
  const send = () => page.sendToCell?.(source.text) && close();
  return (
    <Dialog
      title={TITLES[source.form]}
      onClose={close}
      actions={
        <>
          {page.sendToCell && source.text && (
            <button type="button" className="pg-button" onClick={send}>
              Send to a new cell
            </button>
          )}
          <CopyButton text={source.text} label="Copy all" />
        </>
      }
    >
      <pre className="pg-code">{source.text || "# nothing yet"}</pre>
    </Dialog>
  );
}
