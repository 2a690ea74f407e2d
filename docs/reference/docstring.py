"""A docstring of this house as Markdown: paragraphs, and titled blocks that keep their lines."""

from __future__ import annotations

import inspect
import re
from typing import Any


def markdown(value: Any) -> str:
    """The documentation of an object; empty where it has none of its own."""
    text = inspect.getdoc(value) or ""
    return "\n".join(_parts(text.splitlines()))


def _parts(lines: list[str]) -> list[str]:
    found: list[str] = []
    index = 0
    while index < len(lines):
        follows = lines[index + 1] if index + 1 < len(lines) else ""
        title = lines[index]
        if title and not title.startswith(" ") and re.match(r" {4}\S", follows):
            block, index = _block(lines, index + 1)
            found += ["", f"**{title.rstrip(':')}**", "", *_fenced(block), ""]
        else:
            found.append(_plain(title))
            index += 1
    return found


def _block(lines: list[str], start: int) -> tuple[list[str], int]:
    """The indented lines from ``start``, without their indent, and where they end."""
    end = start
    while end < len(lines) and (lines[end].startswith("    ") or not lines[end]):
        end += 1
    return [line[4:] for line in lines[start:end]], end


def _fenced(block: list[str]) -> list[str]:
    while block and not block[-1]:
        block = block[:-1]
    return [f"```{'python' if block and block[0].startswith('>>>') else 'text'}", *block, "```"]


def _plain(line: str) -> str:
    """Names in single backticks are code here, and so in Markdown; a bare ``*`` would begin emphasis."""
    parts = re.split(r"(``?[^`]+``?)", line)
    return "".join(part if part.startswith("`") else re.sub(r"([*_<])", r"\\\1", part) for part in parts)
