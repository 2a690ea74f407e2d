/** An op, a closed group or a leaf: name, settings, what it cost, and the names of its arguments. */
import { Handle, type NodeProps, Position } from "@xyflow/react";
import { memo, useCallback } from "react";
import { setGroupOpen } from "../../commands/computation";
import { duration, size, work } from "../../model/quantities";
import type { ComputeBox } from "../../protocol/messages";
import type { State } from "../../store/state";
import { Icon } from "../parts/Icon";
import { useRead, useStudio } from "../studioContext";
import { type BoxNode, portHeight } from "./computeFlow";

export const OpBox = memo(function OpBox({ data: { box, place } }: NodeProps<BoxNode>) {
  const selected = useRead(useCallback((state: State) => state.compute.selected === box.id, [box.id]));
  const lit = useRead(useCallback((state: State) => state.compute.lit.has(box.id), [box.id]));
  const unreached = useRead(
    useCallback((state: State) => state.compute.backward && box.kind !== "leaf" && box.backward === 0, [box]),
  );
  return (
    <div
      className="pg-box pg-op"
      data-kind={box.kind}
      data-selected={selected}
      data-lit={lit}
      data-change={box.change || undefined}
      data-unreached={unreached}
      style={{ opacity: box.share < 1 ? 0.35 + 0.65 * box.share : undefined, paddingLeft: roomForPorts(box) }}
      title={box.changes || box.seen || undefined}
    >
      <div className="pg-box-name">
        <span>{box.title}</span>
        {box.shared > 1 && (
          <span className="pg-op-badge" title={`Read by ${box.shared} ops`}>
            shared
          </span>
        )}
        {box.opens && <OpenButton box={box} />}
      </div>
      {box.detail && <div className="pg-box-kind">{box.detail}</div>}
      <div className="pg-box-foot">
        {box.seen ? <span>{shortly(box.seen)}</span> : <Cost box={box} place={place} />}
      </div>
      <Ports box={box} />
      <Handle id="in" type="target" position={Position.Left} className="pg-op-end" isConnectable={false} />
      <Handle id="out" type="source" position={Position.Right} className="pg-op-end" isConnectable={false} />
    </div>
  );
});

/** `37 of 100, last at 812`: boxes are narrow, and the whole sentence is their title. */
const shortly = (seen: string) => seen.replace("ran ", "").replace(" steps", "");

function OpenButton({ box }: { readonly box: ComputeBox }) {
  const studio = useStudio();
  return (
    <button
      type="button"
      className="pg-button pg-small pg-op-open"
      title={`Open ${box.title}: ${box.ops} ops`}
      aria-label={`Open ${box.title}, ${box.ops} ops`}
      tabIndex={-1}
      onClick={() => setGroupOpen(studio, box.opens, true)}
    >
      <Icon name="plus" />
    </button>
  );
}

function Cost({ box, place }: { readonly box: ComputeBox; readonly place: number }) {
  const seconds = useRead(useCallback((state: State) => duration(state.compute.times?.[place]), [place]));
  const share = useRead(useCallback((state: State) => shareOfLongest(state, place), [place]));
  if (box.kind === "leaf") return <span>{size(box.bytes)}</span>;
  return (
    <>
      <span>{[seconds, work(box.flops)].filter(Boolean).join(" · ")}</span>
      {box.kept > 0 && <span title="Bytes that live until backward">{size(box.kept)} kept</span>}
      <i className="pg-op-heat" style={{ width: `${share}%` }} />
    </>
  );
}

/** In whole percents, so that a box is drawn again only when it shows. */
function shareOfLongest({ compute: { times } }: State, place: number): number {
  if (!times) return 0;
  return Math.round((100 * (times[place] ?? 0)) / longest(times));
}

const known = new WeakMap<ArrayLike<number>, number>();

function longest(times: ArrayLike<number>): number {
  let found = known.get(times);
  if (found === undefined) {
    found = 1e-9;
    for (let place = 0; place < times.length; place += 1) found = Math.max(found, times[place] ?? 0);
    known.set(times, found);
  }
  return found;
}

/** As in the kernel's layout: names of arguments stand inside, where there are several. */
function roomForPorts({ inputs }: ComputeBox): number | undefined {
  return inputs.length < 2 ? undefined : 14 + 5 * Math.max(...inputs.map((name) => name.length));
}

function Ports({ box: { inputs, height } }: { readonly box: ComputeBox }) {
  if (inputs.length < 2) return null;
  return inputs.map((name, place) => (
    <span key={name} className="pg-op-port" style={{ top: portHeight(place, inputs.length, height) }}>
      {name}
    </span>
  ));
}
