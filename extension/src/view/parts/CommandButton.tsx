/** A button that runs a UI command and names its key. */
import type { UiCommand } from "../../commands/uiCommand";
import { useCommand } from "../studioContext";
import { Icon, type IconName } from "./Icon";

interface Props {
  readonly command: UiCommand;
  readonly icon: IconName;
  /** Shown beside the icon. */
  readonly text?: string;
  /** In place of the command's own label. */
  readonly label?: string;
  readonly pressed?: boolean;
}

export function CommandButton({ command, icon, text, label, pressed }: Props) {
  const { enabled, run, title } = useCommand(command);
  const key = command.keys[0];
  const named = label ? (key ? `${label} (${key})` : label) : title;
  return (
    <button
      type="button"
      className="pg-button"
      title={named}
      aria-label={label ?? command.label}
      aria-keyshortcuts={key?.replace("Ctrl", "Control")}
      aria-pressed={pressed}
      disabled={!enabled}
      onClick={run}
      data-command={command.id}
    >
      <Icon name={icon} />
      {text && <span>{text}</span>}
    </button>
  );
}
