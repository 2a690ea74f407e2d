/** A small button at the end of a row. */
import { Icon } from "../parts/Icon";

interface RowButtonProps {
  readonly icon: "compare" | "play" | "rewind" | "trash";
  readonly label: string;
  readonly onClick: () => unknown;
}

export function RowButton({ icon, label, onClick }: RowButtonProps) {
  return (
    <button type="button" className="pg-button pg-small" title={label} aria-label={label} onClick={onClick}>
      <Icon name={icon} />
    </button>
  );
}
