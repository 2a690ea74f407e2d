/** Keys as text: `Ctrl+Shift+Z`. One spelling for the registry, the events and the keyboard map. */
export interface Keystroke {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

const NAMES: Readonly<Record<string, string>> = { " ": "Space", Esc: "Escape" };

/** Ctrl and ⌘ are one. Shift is named only where the key does not already tell (`?` needs none). */
export function keyText(stroke: Keystroke): string {
  const named = NAMES[stroke.key] ?? stroke.key;
  const mod = stroke.ctrlKey || stroke.metaKey;
  const letter = named.length === 1 ? (mod || stroke.shiftKey ? named.toUpperCase() : named.toLowerCase()) : named;
  const shift = stroke.shiftKey && (named.length > 1 || /[a-z]/i.test(named));
  return [mod && "Ctrl", stroke.altKey && "Alt", shift && "Shift", letter].filter(Boolean).join("+");
}

interface Target {
  readonly tagName?: string;
  readonly isContentEditable?: boolean;
  readonly type?: string;
}

const NOT_TEXT = new Set(["checkbox", "radio", "button", "range"]);

/** Does the key belong to the text that is being written? */
export function isTyping(target: Target | null): boolean {
  const tag = target?.tagName ?? "";
  if (tag === "INPUT") return !NOT_TEXT.has(target?.type ?? "");
  return tag === "TEXTAREA" || tag === "SELECT" || target?.isContentEditable === true;
}

/** Buttons and links keep the keys that press them. */
export function isPressing(target: Target | null, keys: string): boolean {
  const tag = target?.tagName ?? "";
  return (
    (keys === "Space" || keys === "Enter") && (tag === "BUTTON" || tag === "A" || tag === "INPUT" || tag === "SUMMARY")
  );
}
