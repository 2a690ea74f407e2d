/** Which characters of which cell a place in the code is. Pure. */
import type { ShownCode } from "../model/host";

export interface CellText {
  readonly source: string;
  readonly count: number | null;
}

export interface CellPlace {
  readonly cell: number;
  readonly from: number;
  readonly to: number;
}

/** The cell that ran under that number if its line still reads so, else the last that has the line there. */
export function placeOf(code: ShownCode, cells: readonly CellText[]): CellPlace | null {
  const holds = ({ source }: CellText) => lineOf(source, code.line - 1).trimEnd() === code.text.trimEnd();
  const numbered = cells.findIndex((cell) => `In [${cell.count}]` === code.file && holds(cell));
  const cell = numbered >= 0 ? numbered : cells.map(holds).lastIndexOf(true);
  const source = cells[cell]?.source;
  if (source === undefined) return null;
  return {
    cell,
    from: offset(source, code.line - 1, code.column),
    to: offset(source, code.endLine - 1, code.endColumn),
  };
}

export function lineOf(source: string, line: number): string {
  return source.split("\n")[line] ?? "";
}

function offset(source: string, line: number, column: number): number {
  const before = source.split("\n").slice(0, line);
  return Math.min(before.reduce((sum, text) => sum + text.length + 1, 0) + column, source.length);
}
