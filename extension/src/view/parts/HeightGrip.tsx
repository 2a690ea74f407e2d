/** The lower edge of the studio: drag it, or use the arrow keys, to change the height. */
import type { KeyboardEvent, PointerEvent } from "react";

const LEAST = 360;
const MOST = 1600;
const STEP = 40;

interface Props {
  readonly height: number;
  readonly onHeight: (height: number) => void;
}

export function HeightGrip({ height, onHeight }: Props) {
  const set = (wanted: number) => onHeight(Math.min(MOST, Math.max(LEAST, Math.round(wanted))));
  const move = (event: PointerEvent) => {
    if (event.currentTarget.hasPointerCapture(event.pointerId)) set(height + event.movementY);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowDown: STEP, ArrowUp: -STEP }[event.key];
    if (by === undefined) return;
    set(height + by);
    event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule that can be moved has no element of its own
    <div
      className="pg-grip"
      role="separator"
      aria-orientation="horizontal"
      aria-label="Height of the studio"
      aria-valuenow={height}
      aria-valuemin={LEAST}
      aria-valuemax={MOST}
      tabIndex={0}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={move}
      onKeyDown={onKeyDown}
    />
  );
}
