"""Places in the user's code as the page shows them: the expression, and the line around it."""

from __future__ import annotations

import linecache

from patchgrad.autograd.provenance import Position, shown_file
from patchgrad.protocol.compute import CodePlace


def code_place(where: Position, why: str = "") -> CodePlace | None:
    """None where the line is not known. Python counts columns in bytes, pages in characters."""
    if not where.line:
        return None
    first, last = (linecache.getline(where.file, line).rstrip("\n") for line in (where.line, where.end_line))
    return CodePlace(
        shown_file(where.file),
        where.line,
        where.end_line or where.line,
        _characters(first, where.column),
        _characters(last, where.end_column),
        first,
        why,
    )


def is_line(where: Position, line: int, text: str) -> bool:
    """Does the expression stand on this line, and does the line read so? Cells change; their old code stays known."""
    return where.line <= line <= where.end_line and linecache.getline(where.file, line).rstrip() == text.rstrip()


def _characters(text: str, column: int) -> int:
    return len(text.encode()[:column].decode(errors="replace"))
