"""The source of kernels: their syntax trees, and what a cache may recognise them by."""

from __future__ import annotations

import ast
import hashlib
import inspect
import sys
import textwrap
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@cache
def tree_of(function: Any) -> ast.FunctionDef:
    """The syntax tree of a function. Raises OSError where its source is gone."""
    text = getattr(function, "kernel_source", "") or textwrap.dedent(inspect.getsource(function))
    found = ast.parse(text).body[0]
    assert isinstance(found, ast.FunctionDef), "a kernel is a function"
    return found


@cache
def digest_of(function: Any) -> str:
    """Changes with the source of the kernel, of its file, of the functions that it may call, and of this compiler."""
    names = {function.__name__, getattr(function, "kernel_source", "")}
    names |= {_digest(path) for path in {*HERE.glob("*.py"), *_files_of(function)}}
    return hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()


@cache
def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _files_of(function: Any) -> Iterator[Path]:
    """The kernel's file, and the files of the kernels' package that its names come from."""
    room = str(__package__).rpartition(".")[0]
    for value in (function, *function.__globals__.values()):
        module = sys.modules.get(str(getattr(value, "__module__", "")))
        if module is not None and module.__name__.startswith(room) and module.__file__:
            yield Path(module.__file__)
