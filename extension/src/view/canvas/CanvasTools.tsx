/** Zoom, fit and the overview, in a corner of the canvas. */
import { findOnCanvas } from "../../commands/findOnCanvas";
import { fitView } from "../../commands/fitView";
import { toggleGroupColours } from "../../commands/toggleGroupColours";
import { toggleOverlay } from "../../commands/toggleOverlay";
import { zoomIn } from "../../commands/zoomIn";
import { zoomOut } from "../../commands/zoomOut";
import type { State } from "../../store/state";
import { CommandButton } from "../parts/CommandButton";
import { Icon } from "../parts/Icon";
import { useRead } from "../studioContext";

const groupColours = (state: State) => state.layout.groupColours;

const showsNumbers = (state: State) => state.overlay.quantity !== "";

interface Props {
  readonly map: boolean;
  readonly onMap: () => void;
}

export function CanvasTools({ map, onMap }: Props) {
  const coloured = useRead(groupColours);
  const numbers = useRead(showsNumbers);
  return (
    <div className="pg-canvas-tools" role="toolbar" aria-label="Zoom">
      <CommandButton command={zoomIn} icon="plus" />
      <CommandButton command={zoomOut} icon="minus" />
      <CommandButton command={fitView} icon="fit" />
      <CommandButton command={findOnCanvas} icon="search" />
      <CommandButton command={toggleGroupColours} icon="tint" pressed={coloured} />
      <CommandButton command={toggleOverlay} icon="numbers" pressed={numbers} />
      <button
        type="button"
        className="pg-button"
        title="Overview"
        aria-label="Overview"
        aria-pressed={map}
        onClick={onMap}
      >
        <Icon name="map" />
      </button>
    </div>
  );
}
