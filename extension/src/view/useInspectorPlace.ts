/** Where the inspector stands: in the host's sidebar, if there is one and this studio was used last; else null. */
import { type RefObject, useEffect, useState } from "react";
import { claimInspectorPlace, inspectorPlaceOf, leaveInspectorPlace, PLACE_CHANGED } from "../model/host";

export function useInspectorPlace(root: RefObject<HTMLElement | null>): HTMLElement | null {
  const [id] = useState(() => Math.random().toString(36).slice(2));
  const [place, setPlace] = useState<HTMLElement | null>(null);
  useEffect(() => {
    const element = root.current;
    const claim = () => claimInspectorPlace(document, id);
    const changed = () => {
      claimInspectorPlace(document, id, { politely: true });
      setPlace(inspectorPlaceOf(document, id));
    };
    element?.addEventListener("focusin", claim);
    element?.addEventListener("pointerdown", claim);
    document.addEventListener(PLACE_CHANGED, changed);
    changed();
    return () => {
      element?.removeEventListener("focusin", claim);
      element?.removeEventListener("pointerdown", claim);
      document.removeEventListener(PLACE_CHANGED, changed);
      leaveInspectorPlace(document, id);
    };
  }, [root, id]);
  return place;
}
