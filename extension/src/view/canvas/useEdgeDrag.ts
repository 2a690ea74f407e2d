/** An edge dragged from a port: ask once where it may go, then lead it there or say why not. */
import type { Connection, FinalConnectionState, Handle, OnConnectStartParams } from "@xyflow/react";
import { useMemo } from "react";
import { dropOnTarget, hover, letGo, pickUp } from "../../commands/drag";
import { portKey } from "../../model/ports";
import type { PortRef } from "../../protocol/messages";
import { useStudio } from "../studioContext";

export function useEdgeDrag() {
  const studio = useStudio();
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
      onConnectEnd(_: unknown, { toHandle }: FinalConnectionState) {
        if (!toHandle) letGo(studio);
        else void dropOnTarget(studio, keyOf(toHandle));
      },
    }),
    [studio],
  );
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
