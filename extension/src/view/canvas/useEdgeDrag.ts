/** An edge dragged from a port: ask once where it may go, then lead it there or say why not. */
import {
  type Connection,
  type FinalConnectionState,
  type Handle,
  type OnConnectStartParams,
  useReactFlow,
} from "@xyflow/react";
import { useMemo } from "react";
import { dropInOpen, dropOnTarget, hover, letGo, pickUp } from "../../commands/drag";
import { portKey } from "../../model/ports";
import type { PortRef } from "../../protocol/messages";
import { useStudio } from "../studioContext";

export function useEdgeDrag() {
  const studio = useStudio();
  const flow = useReactFlow();
  return useMemo(
    () => ({
      onConnectStart(_: unknown, { nodeId, handleId, handleType }: OnConnectStartParams) {
        if (nodeId === null || handleId === null) return;
        const source = { node: nodeId, port: handleId };
        pickUp(studio, { type: "edge", source, reverse: handleType === "target" }, "pointer");
      },
      /** React Flow asks while the pointer is near a port: a good moment to say the reason. */
      isValidConnection(connection: Connection | { source: string; target: string }) {
        const end = farEnd(connection as Connection, studio.store.getState().drag?.moving);
        if (!end) return false;
        queueMicrotask(() => hover(studio, portKey(end)));
        return studio.store.getState().drag?.verdicts?.get(portKey(end))?.verdict !== "invalid";
      },
      onConnectEnd(event: globalThis.MouseEvent | TouchEvent, { toHandle, from, to }: FinalConnectionState) {
        const end = "changedTouches" in event ? event.changedTouches[0] : event;
        const field = end && openField(event.target as Element, end.clientX, end.clientY);
        const corner = (field ?? (event.target as Element).closest(".pg-canvas"))?.getBoundingClientRect();
        const at = end && corner ? { x: end.clientX - corner.x, y: end.clientY - corner.y } : null;
        const far = from && to && Math.hypot(to.x - from.x, to.y - from.y) > FAR_ENOUGH;
        if (toHandle) void dropOnTarget(studio, keyOf(toHandle), at);
        else if (field && end && at && far)
          void dropInOpen(studio, flow.screenToFlowPosition({ x: end.clientX, y: end.clientY }), at);
        else letGo(studio);
      },
    }),
    [studio, flow],
  );
}

/** A shorter way is a click that slipped. */
const FAR_ENOUGH = 40;

/** The canvas, if that point of the page lies on it and on no box. */
function openField(target: Element, x: number, y: number): Element | null {
  const root = target.getRootNode() as Document | ShadowRoot;
  const under = root.elementFromPoint(x, y);
  return under?.closest(".react-flow__pane") ? under.closest(".pg-canvas") : null;
}

function keyOf({ nodeId, id }: Handle): string {
  return portKey({ node: nodeId, port: id ?? "" });
}

/** The end that is being chosen: the target, or the source of an edge dragged backwards. */
function farEnd(connection: Connection, moving: unknown): PortRef | null {
  const reverse = (moving as { reverse?: boolean } | undefined)?.reverse === true;
  const node = reverse ? connection.source : connection.target;
  const port = reverse ? connection.sourceHandle : connection.targetHandle;
  return node && port ? { node, port } : null;
}
