/** One layer kind of the palette. */
import type { CSSProperties, DragEvent, KeyboardEvent } from "react";
import { letGo, pickUp } from "../../commands/drag";
import { accent } from "../../model/families";
import { layerDragData } from "../../model/layerDrag";
import type { KindView } from "../../protocol/messages";
import { useStudio } from "../studioContext";

interface Props {
  readonly kind: KindView;
  /** It is being dragged, or was tapped and waits for a place. */
  readonly held: boolean;
  readonly onInsert: (kind: KindView) => void;
  readonly onWalk: (step: 1 | -1) => void;
}

export function PaletteItem({ kind, held, onInsert, onWalk }: Props) {
  const studio = useStudio();
  const moving = { type: "layer", kind: kind.kind } as const;
  const start = (event: DragEvent) => {
    for (const [type, data] of Object.entries(layerDragData({ kind: kind.kind }, kind.source))) {
      event.dataTransfer.setData(type, data);
    }
    event.dataTransfer.effectAllowed = "copy";
    pickUp(studio, moving, "pointer");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") onInsert(kind);
    else if (event.key === "ArrowDown") onWalk(1);
    else if (event.key === "ArrowUp") onWalk(-1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <button
      type="button"
      className="pg-kind"
      style={{ "--pg-accent": accent(kind.family) } as CSSProperties}
      draggable
      data-kind={kind.kind}
      data-held={held}
      title={`${kind.help}\n${kind.source}`}
      onDragStart={start}
      onDragEnd={() => letGo(studio)}
      onClick={() => (held ? letGo(studio) : pickUp(studio, moving, "tap"))}
      onKeyDown={onKeyDown}
    >
      {kind.kind}
    </button>
  );
}
