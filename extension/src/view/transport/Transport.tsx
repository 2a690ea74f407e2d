/** The bar on top: play, pause, step, where the run is, undo and redo, and which panels are open. */
import { compareBefore } from "../../commands/compareBefore";
import { markHere } from "../../commands/markHere";
import { playPause } from "../../commands/playPause";
import { redo } from "../../commands/redo";
import { rewindLast } from "../../commands/rewindLast";
import { showKeyboardMap } from "../../commands/showKeyboardMap";
import { showModelSource } from "../../commands/showModelSource";
import { stepOnce } from "../../commands/stepOnce";
import { toggleHistory } from "../../commands/toggleHistory";
import { toggleInspector } from "../../commands/toggleInspector";
import { toggleLog } from "../../commands/toggleLog";
import { togglePalette } from "../../commands/togglePalette";
import { toggleScopes } from "../../commands/toggleScopes";
import { undo } from "../../commands/undo";
import { panelShown, training } from "../../store/selectors";
import type { State } from "../../store/state";
import { FindingsButton } from "../findings/FindingsButton";
import { CommandButton } from "../parts/CommandButton";
import { useRead } from "../studioContext";
import { RunFigures } from "./RunFigures";

const undoLabel = (state: State) => state.graph.undoLabel;
const redoLabel = (state: State) => state.graph.redoLabel;
const inspectorShown = (state: State) => panelShown(state, "inspector");
const readLayout = (state: State) => state.layout;

export function Transport() {
  const runs = useRead(training);
  const undone = useRead(undoLabel);
  const redone = useRead(redoLabel);
  return (
    <div className="pg-transport" role="toolbar" aria-label="Training">
      <div className="pg-cluster">
        <CommandButton
          command={playPause}
          icon={runs ? "pause" : "play"}
          text={runs ? "Pause" : "Play"}
          label={runs ? "Pause" : "Play"}
        />
        <CommandButton command={stepOnce} icon="step" />
      </div>
      <RunFigures />
      <div className="pg-cluster pg-turns">
        <CommandButton
          command={undo}
          icon="undo"
          text={undone ?? ""}
          label={undone === null ? "Nothing to undo" : `Undo: ${undone}`}
        />
        <CommandButton command={redo} icon="redo" label={redone === null ? "Nothing to redo" : `Redo: ${redone}`} />
        <CommandButton command={rewindLast} icon="rewind" />
        <CommandButton command={markHere} icon="mark" />
        <CommandButton command={compareBefore} icon="compare" />
      </div>
      <PanelButtons />
    </div>
  );
}

function PanelButtons() {
  const { open, narrow } = useRead(readLayout);
  const inspector = useRead(inspectorShown);
  return (
    <div className="pg-cluster pg-last">
      {!narrow && (
        <>
          <CommandButton command={togglePalette} icon="palette" pressed={open.palette} />
          <CommandButton command={toggleInspector} icon="inspector" pressed={inspector} />
          <CommandButton command={toggleLog} icon="log" pressed={open.log} />
          <CommandButton command={toggleHistory} icon="history" pressed={open.history} />
          <FindingsButton />
          <CommandButton command={toggleScopes} icon="scopes" pressed={open.scopes} />
        </>
      )}
      {narrow && <FindingsButton />}
      <CommandButton command={showModelSource} icon="code" />
      <CommandButton command={showKeyboardMap} icon="keys" />
    </div>
  );
}
