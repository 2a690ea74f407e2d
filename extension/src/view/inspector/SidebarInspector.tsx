/** The inspector in the host's sidebar. */
import { createPortal } from "react-dom";
import { STUDIO_ROOT } from "../../model/layerDrag";
import type { Theme } from "../theme";
import { Inspector } from "./Inspector";

interface Props {
  readonly place: HTMLElement;
  readonly theme: Theme;
}

export function SidebarInspector({ place, theme }: Props) {
  return createPortal(
    <div className={`${STUDIO_ROOT} patchgrad-${theme} pg-sidebar`} data-narrow="true">
      <Inspector />
    </div>,
    place,
  );
}
