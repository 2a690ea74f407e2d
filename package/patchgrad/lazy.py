"""Public names that are imported when they are first used, so that `import patchgrad` costs little more than NumPy.

A package lists its public names as ordinary imports under ``if TYPE_CHECKING:``, where people, type checkers and
editors read them; ``python -m patchgrad.emit`` writes the same list as the table that is used at run time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from patchgrad.errors import UnknownNameError

Table = dict[str, str]
"""Module to the names it holds, separated by spaces."""


def attach(
    package: str, table: Table, submodules: str, shown_by: dict[str, str] | None = None
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """``__getattr__`` and ``__dir__`` of a package whose names come from ``table``; ``submodules`` are names too.

    ``shown_by`` maps a name to a module that is imported with it.
    """
    places = {name: module for module, names in table.items() for name in names.split()}
    below = set(submodules.split())

    def find(name: str) -> Any:
        if shown_by and name in shown_by:
            import_module(shown_by[name])
        if name in below:
            return import_module(f"{package}.{name}")
        if name not in places:
            raise UnknownNameError(f"{package} has no name {name!r}", name, sys.modules[package])
        found = _member(places[name], name)
        vars(sys.modules[package])[name] = found
        return found

    def names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *places, *below})

    return find, names


def _member(module: str, name: str) -> Any:
    """What a module holds under a name: an object, or a module of its own."""
    home = import_module(module)
    return getattr(home, name) if hasattr(home, name) else import_module(f"{module}.{name}")
