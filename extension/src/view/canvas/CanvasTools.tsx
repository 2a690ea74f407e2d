/** Zoom, fit and the overview, in a corner of the canvas. */
import { fitView } from "../../commands/fitView";
import { zoomIn } from "../../commands/zoomIn";
import { zoomOut } from "../../commands/zoomOut";
import { CommandButton } from "../parts/CommandButton";
import { Icon } from "../parts/Icon";

interface Props {
  readonly map: boolean;
  readonly onMap: () => void;
}

export function CanvasTools({ map, onMap }: Props) {
  return (
    <div className="pg-canvas-tools" role="toolbar" aria-label="Zoom">
      <CommandButton command={zoomIn} icon="plus" />
      <CommandButton command={zoomOut} icon="minus" />
      <CommandButton command={fitView} icon="fit" />
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
