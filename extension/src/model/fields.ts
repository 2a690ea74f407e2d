/** What a person types into a field of the inspector, and the setting it means. Pure. */
import type { FieldView } from "../protocol/messages";
import { setting } from "./format";

export type Parsed = { readonly value: unknown } | { readonly problem: string };

/** The text in the field: as Python prints it, but None is empty and text has no quotes. */
export function fieldText(value: unknown): string {
  return value === null || value === undefined ? "" : setting(value);
}

export function parseField(field: FieldView, text: string): Parsed {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed === "None") {
    return field.optional || field.type === "text"
      ? { value: field.optional ? null : "" }
      : { problem: "a value is needed" };
  }
  if (field.type === "int" || field.type === "float") return parseNumbers(field, trimmed);
  return { value: trimmed };
}

/** `3`, or one number per axis: `3, 3` and `(3, 3)`. */
function parseNumbers(field: FieldView, text: string): Parsed {
  const inner = text.replace(/^[([]\s*|\s*,?\s*[)\]]$/g, "");
  const parts = inner.split(",").map((part) => parseNumber(field, part.trim()));
  const problem = parts.find((part): part is string => typeof part === "string");
  if (problem !== undefined) return { problem };
  return { value: parts.length === 1 && !/^[([]/.test(text) ? parts[0] : parts };
}

function parseNumber(field: FieldView, text: string): number | string {
  const value = Number(text.replace("−", "-").replaceAll("_", ""));
  if (text === "" || Number.isNaN(value)) return `${text || "nothing"} is not a number`;
  if (field.type === "int" && !Number.isInteger(value)) return `${text} is not a whole number`;
  if (field.minimum !== null && value < field.minimum) return `at least ${field.minimum}`;
  if (field.maximum !== null && value > field.maximum) return `at most ${field.maximum}`;
  return value;
}
