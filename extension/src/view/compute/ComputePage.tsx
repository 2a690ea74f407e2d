/** The computation as a widget of its own. */
import { useRef, useState } from "react";
import { STUDIO_ROOT } from "../../model/layerDrag";
import type { State } from "../../store/state";
import { HeightGrip } from "../parts/HeightGrip";
import { LiveRegion } from "../parts/LiveRegion";
import { useRead } from "../studioContext";
import { useCode } from "../useCode";
import { useKeys } from "../useKeys";
import { usePage } from "../usePage";
import { useTheme } from "../useTheme";
import { useWidth } from "../useWidth";
import { ComputePanel } from "./ComputePanel";

const FIRST_HEIGHT = 520;
const isNarrow = (state: State) => state.layout.narrow;

export function ComputePage() {
  const root = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  const narrow = useRead(isNarrow);
  const [height, setHeight] = useState(FIRST_HEIGHT);
  const onKeyDown = useKeys();
  usePage(root);
  useCode(root);
  useWidth(root);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys are taken from whatever inside has the focus
    <div
      className={`${STUDIO_ROOT} patchgrad-${theme}`}
      data-narrow={narrow}
      data-alone="true"
      ref={root}
      style={{ height }}
      onKeyDown={onKeyDown}
    >
      <ComputePanel />
      <HeightGrip height={height} onHeight={setHeight} />
      <LiveRegion />
    </div>
  );
}
