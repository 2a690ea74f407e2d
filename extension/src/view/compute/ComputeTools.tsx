/** Zoom, fit and search, in a corner of the canvas. */
import {
  findInComputation,
  fitComputation,
  zoomInComputation,
  zoomOutComputation,
} from "../../commands/computeCommands";
import { CommandButton } from "../parts/CommandButton";

export function ComputeTools() {
  return (
    <div className="pg-canvas-tools" role="toolbar" aria-label="Zoom">
      <CommandButton command={zoomInComputation} icon="plus" />
      <CommandButton command={zoomOutComputation} icon="minus" />
      <CommandButton command={fitComputation} icon="fit" />
      <CommandButton command={findInComputation} icon="search" />
    </div>
  );
}
