/** Every UI command, in the order of the keyboard map. A new one is a file and a line here. */

import type { State } from "../store/state";
import { addNext } from "./addNext";
import { alignColumn, alignRow } from "./align";
import { bypassSelection } from "./bypassSelection";
import { compareBefore } from "./compareBefore";
import { COMPUTE_COMMANDS } from "./computeCommands";
import { connectSelection } from "./connectSelection";
import { copySelection } from "./copySelection";
import { cutSelection } from "./cutSelection";
import { deleteSelection } from "./deleteSelection";
import { duplicateSelection } from "./duplicateSelection";
import { editSettings } from "./editSettings";
import { findOnCanvas } from "./findOnCanvas";
import { fitView } from "./fitView";
import { foldSelection } from "./foldSelection";
import { freezeSelection } from "./freezeSelection";
import { groupSelection } from "./groupSelection";
import { insertLayer } from "./insertLayer";
import { markHere } from "./markHere";
import { moveBack, moveForward } from "./moveAlong";
import { pasteLayers } from "./pasteLayers";
import { playPause } from "./playPause";
import { redo } from "./redo";
import { mergeGroups, splitGroup } from "./regroup";
import { releaseSelection } from "./releaseSelection";
import { renameSelection } from "./renameSelection";
import { rewindLast } from "./rewindLast";
import { saveLayer } from "./saveLayer";
import { searchPalette } from "./searchPalette";
import { selectAll } from "./selectAll";
import { shareWeights } from "./shareWeights";
import { showFeeds } from "./showFeeds";
import { showKeyboardMap } from "./showKeyboardMap";
import { showModelSource } from "./showModelSource";
import { showScript } from "./showScript";
import { stepOnce } from "./stepOnce";
import { swapSelection } from "./swapSelection";
import { toggleFindings } from "./toggleFindings";
import { toggleGroupColours } from "./toggleGroupColours";
import { toggleHistory } from "./toggleHistory";
import { toggleInspector } from "./toggleInspector";
import { toggleLog } from "./toggleLog";
import { toggleOverlay } from "./toggleOverlay";
import { togglePalette } from "./togglePalette";
import { toggleScopes } from "./toggleScopes";
import type { UiCommand } from "./uiCommand";
import { undo } from "./undo";
import { ungroupSelection } from "./ungroupSelection";
import { leave, placeHere, walkDown, walkLeft, walkRight, walkUp } from "./walkCanvas";
import { zoomIn } from "./zoomIn";
import { zoomOut } from "./zoomOut";

export const COMMANDS: readonly UiCommand[] = [
  playPause,
  stepOnce,
  markHere,
  undo,
  redo,
  rewindLast,
  insertLayer,
  addNext,
  connectSelection,
  placeHere,
  swapSelection,
  editSettings,
  deleteSelection,
  duplicateSelection,
  copySelection,
  cutSelection,
  pasteLayers,
  renameSelection,
  freezeSelection,
  bypassSelection,
  groupSelection,
  ungroupSelection,
  mergeGroups,
  splitGroup,
  saveLayer,
  shareWeights,
  moveForward,
  moveBack,
  alignRow,
  alignColumn,
  releaseSelection,
  selectAll,
  walkRight,
  walkLeft,
  walkUp,
  walkDown,
  leave,
  ...COMPUTE_COMMANDS,
  foldSelection,
  searchPalette,
  findOnCanvas,
  fitView,
  zoomIn,
  zoomOut,
  togglePalette,
  toggleInspector,
  toggleLog,
  toggleScopes,
  toggleHistory,
  toggleFindings,
  compareBefore,
  showFeeds,
  toggleGroupColours,
  toggleOverlay,
  showModelSource,
  showScript,
  showKeyboardMap,
];

/** The command that a key runs now: the first that is enabled. */
export function commandFor(keys: string, state: State): UiCommand | null {
  return COMMANDS.find((command) => command.keys.includes(keys) && isMeant(command, state)) ?? null;
}

/** While the computation is shown, nothing is done to layers, which are out of sight. */
function isMeant(command: UiCommand, state: State): boolean {
  const { shown, alone } = state.compute;
  if (command.family === "Computation") return command.enabled(state);
  const ofLayers = command.family === "Edit" || command.family === "Move about";
  return (
    !alone && !(shown && ofLayers && !command.keys.some((key) => key.startsWith("Ctrl+Z"))) && command.enabled(state)
  );
}

/** Is the key one of ours, even if there is nothing for it to do now? */
export function isOurs(keys: string): boolean {
  return COMMANDS.some((command) => command.keys.includes(keys));
}
