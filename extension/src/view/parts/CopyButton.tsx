/** Copies a text and says so for a moment. */
import { useEffect, useState } from "react";
import { useStudio } from "../studioContext";
import { Icon } from "./Icon";

interface Props {
  readonly text: string;
  readonly label: string;
  readonly small?: boolean;
}

export function CopyButton({ text, label, small }: Props) {
  const { page } = useStudio();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => page.copy?.(text).then(() => setCopied(true));
  return (
    <button
      type="button"
      className={small ? "pg-button pg-small" : "pg-button"}
      title={label}
      aria-label={label}
      onClick={copy}
    >
      <Icon name="copy" />
      {(copied || !small) && <span>{copied ? "Copied" : label}</span>}
    </button>
  );
}
