"""Where in the user's code an op was called.

A node keeps a code object and an instruction number, which cost almost nothing; file, line and
columns are worked out only when someone looks. "The user's code" is the innermost frame outside
this package.
"""

from __future__ import annotations

import linecache
import os
import sys
from dataclasses import dataclass
from itertools import islice
from types import CodeType
from typing import Any

PACKAGE = os.path.dirname(os.path.dirname(os.path.realpath(__file__))) + os.sep
PYTHON = os.path.dirname(os.__file__) + os.sep
"""The standard library's folder, in which installed packages lie too."""
CACHE = 0
"""Opcode of the room that an instruction has for what Python has learnt of it."""
_inside: set[int] = set()
"""Ids of code objects of this package. They live as long as their modules, so an id is not used again."""
_outside: dict[int, CodeType] = {}


def caller(depth: int = 2) -> tuple[CodeType | None, int]:
    """Code object and instruction number of the innermost frame outside this package, ``depth`` calls up or more."""
    frame: Any = sys._getframe(depth)
    while frame is not None:
        code = frame.f_code
        if id(code) not in _inside and not is_inside(code):
            return code, frame.f_lasti
        frame = frame.f_back
    return None, -1


def instruction(code: CodeType | None, lasti: int) -> int:
    """The instruction that ``lasti`` belongs to. Once Python has specialised a call, it points behind its cache."""
    while code is not None and lasti > 0 and code.co_code[lasti] == CACHE:
        lasti -= 2
    return lasti


def is_inside(code: CodeType) -> bool:
    """Does this code belong to this package?"""
    if not code.co_filename.startswith(PACKAGE):
        return False
    _inside.add(id(code))
    return True


def is_users(code: CodeType) -> bool:
    """Is this the user's own code, or that of another installed package?"""
    file = code.co_filename
    if is_inside(code) or file.startswith("<frozen"):
        return False
    return not file.startswith(PYTHON) or "site-packages" in file


@dataclass(frozen=True, slots=True)
class Position:
    """A place in source text; lines from 1, columns from 0. ``line`` is 0 if not known."""

    file: str
    line: int
    end_line: int = 0
    column: int = 0
    end_column: int = 0
    function: str = ""

    @classmethod
    def of(cls, code: CodeType | None, lasti: int) -> Position:
        if code is None:
            return cls("", 0)
        line, end_line, column, end_column = next(islice(code.co_positions(), lasti // 2, None), (None,) * 4)
        return cls(code.co_filename, line or 0, end_line or 0, column or 0, end_column or 0, code.co_name)

    @property
    def text(self) -> str:
        """The expression itself, as the user wrote it; empty if the source is gone."""
        lines = [linecache.getline(self.file, number) for number in range(self.line, self.end_line + 1)]
        if not lines or not lines[-1]:
            return ""
        lines[-1] = lines[-1].encode()[: self.end_column].decode(errors="replace")
        lines[0] = lines[0].encode()[self.column :].decode(errors="replace")
        return "".join(lines).strip()

    @property
    def underlined(self) -> str:
        """The (first) line that holds the expression, and under it ``^`` for every character of the expression."""
        text = linecache.getline(self.file, self.line).rstrip()
        if not text.strip():
            return ""
        raw = text.encode()
        start = len(raw[: self.column].decode(errors="replace"))
        end = len(raw[: self.end_column].decode(errors="replace")) if self.end_line == self.line else len(text)
        left = len(text) - len(text.lstrip())
        return f"{text.strip()}\n{' ' * (start - left)}{'^' * max(1, end - start)}"

    def __str__(self) -> str:
        return f"{shown_file(self.file)}:{self.line}" if self.line else "an unknown line"


def shown_file(file: str) -> str:
    """The file's name, or the number of the notebook's cell that it stands for."""
    shell = getattr(sys.modules.get("__main__"), "get_ipython", None)
    cells: dict[str, int] = getattr(getattr(shell() if shell else None, "compile", None), "_filename_map", {})
    return f"In [{cells[file]}]" if file in cells else os.path.basename(file)
