/** A sheet over the studio that takes the focus while it is open and gives it back. */
import { type ReactNode, useEffect, useId, useRef } from "react";
import { Icon } from "./Icon";

interface Props {
  readonly title: string;
  readonly onClose: () => void;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

export function Dialog({ title, onClose, actions, children }: Props) {
  const id = useId();
  const sheet = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const root = sheet.current?.getRootNode() as Document | ShadowRoot | undefined;
    const before = root?.activeElement as HTMLElement | null | undefined;
    sheet.current?.focus();
    return () => before?.focus?.({ preventScroll: true });
  }, []);
  return (
    <div className="pg-dialog-back">
      <div className="pg-dialog" role="dialog" aria-labelledby={id} tabIndex={-1} ref={sheet}>
        <div className="pg-dialog-head">
          <h3 id={id}>{title}</h3>
          {actions}
          <button type="button" className="pg-button" aria-label="Close" title="Close (Escape)" onClick={onClose}>
            <Icon name="close" />
          </button>
        </div>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within reach of the keys */}
        <div className="pg-dialog-body" tabIndex={0}>
          {children}
        </div>
      </div>
    </div>
  );
}
