/** The studio: bar, palette, canvas, inspector or log, scopes. On a narrow field the panels become tabs. */
import { useRef, useState } from "react";
import { STUDIO_ROOT } from "../model/layerDrag";
import { panelShown } from "../store/selectors";
import type { State } from "../store/state";
import { Canvas } from "./canvas/Canvas";
import { ComputePanel } from "./compute/ComputePanel";
import { GraphSwitch } from "./compute/GraphSwitch";
import { Findings } from "./findings/Findings";
import { ComparisonSheet } from "./history/ComparisonSheet";
import { History } from "./history/History";
import { Inspector } from "./inspector/Inspector";
import { LookSheet } from "./inspector/LookSheet";
import { SidebarInspector } from "./inspector/SidebarInspector";
import { Log } from "./log/Log";
import { Palette } from "./palette/Palette";
import { Footer } from "./parts/Footer";
import { HeightGrip } from "./parts/HeightGrip";
import { KeyboardMap } from "./parts/KeyboardMap";
import { LiveRegion } from "./parts/LiveRegion";
import { SourceSheet } from "./parts/SourceSheet";
import { Tabs } from "./parts/Tabs";
import { ScopesPanel } from "./ScopesPanel";
import { useRead } from "./studioContext";
import { Transport } from "./transport/Transport";
import { useAddLayer } from "./useAddLayer";
import { useCode } from "./useCode";
import { useFocusKept } from "./useFocusKept";
import { useHost } from "./useHost";
import { useInspectorPlace } from "./useInspectorPlace";
import { useKeys } from "./useKeys";
import { useOwnLayers } from "./useOwnLayers";
import { usePage } from "./usePage";
import { usePaste } from "./usePaste";
import { useTheme } from "./useTheme";
import { useWidth } from "./useWidth";

const FIRST_HEIGHT = 640;
const readLayout = (state: State) => state.layout;

export function StudioView() {
  const root = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  const [height, setHeight] = useState(FIRST_HEIGHT);
  const onKeyDown = useKeys();
  const onPaste = usePaste();
  const { narrow } = useRead(readLayout);
  usePage(root);
  useHost(root);
  useCode(root);
  useAddLayer(root);
  useOwnLayers(root);
  useWidth(root);
  useFocusKept(root);
  const place = useInspectorPlace(root);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys are taken from whatever inside has the focus
    <div
      className={`${STUDIO_ROOT} patchgrad-${theme}`}
      data-narrow={narrow}
      ref={root}
      style={{ height }}
      onKeyDown={onKeyDown}
      onPaste={onPaste}
    >
      <Transport />
      {narrow ? <NarrowBody /> : <WideBody besides={place !== null} />}
      {place && <SidebarInspector place={place} theme={theme} />}
      <Footer />
      <HeightGrip height={height} onHeight={setHeight} />
      <LiveRegion />
      <KeyboardMap />
      <SourceSheet />
      <ComparisonSheet />
      <LookSheet />
    </div>
  );
}

const computationShown = (state: State) => state.compute.shown;
const inspectorShown = (state: State) => panelShown(state, "inspector");

interface WideProps {
  /** The inspector stands elsewhere. */
  readonly besides: boolean;
}

function WideBody({ besides }: WideProps) {
  const { open } = useRead(readLayout);
  const inspector = useRead(inspectorShown);
  const computation = useRead(computationShown);
  return (
    <div className="pg-body">
      <div className="pg-upper">
        {open.palette && !computation && <Palette />}
        <Stage />
        {inspector && !besides && !computation && <Inspector />}
        {open.log && <Log />}
        {open.history && <History />}
        {open.findings && <Findings />}
      </div>
      {open.scopes && <ScopesPanel />}
    </div>
  );
}

/** One of the two graphs: the layers, which are edited, or the computation, which ran. */
function Stage() {
  return (
    <div className="pg-stage">
      <GraphSwitch />
      {useRead(computationShown) ? <ComputePanel /> : <Canvas />}
    </div>
  );
}

function NarrowBody() {
  const { tab } = useRead(readLayout);
  return (
    <div className="pg-body">
      <Tabs />
      <div className="pg-one">
        {tab === "canvas" && <Stage />}
        {tab === "palette" && <Palette />}
        {tab === "inspector" && <Inspector />}
        {tab === "log" && <Log />}
        {tab === "history" && <History />}
        {tab === "findings" && <Findings />}
        {tab === "scopes" && <ScopesPanel />}
      </div>
    </div>
  );
}
