"""The text of a module: its class, settings and children, indented as PyTorch prints them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from patchgrad.nn.module import Module


def module_repr(module: Module, children: Mapping[str, Module | None]) -> str:
    """``Linear(in_features=2, out_features=3, bias=True)``; children one a line, indented by two."""
    return _written(module, [f"({name}): {_indented(repr(child))}" for name, child in children.items()])


def list_repr(module: Module, children: Mapping[str, Module | None]) -> str:
    """As `module_repr`, with equal neighbours as one: ``(0-2): 3 x ReLU()``."""
    parts: list[str] = []
    for text, entries in groupby(children.items(), lambda entry: repr(entry[1])):
        names = [name for name, _ in entries]
        head = f"({names[0]}): " if len(names) == 1 else f"({names[0]}-{names[-1]}): {len(names)} x "
        parts.append(head + _indented(text))
    return _written(module, parts)


def _written(module: Module, parts: list[str]) -> str:
    settings = module.extra_repr()
    lines = ([settings] if settings else []) + parts
    name = type(module).__name__
    if not parts:
        return f"{name}({settings})"
    return f"{name}(\n  " + "\n  ".join(lines) + "\n)"


def _indented(text: str) -> str:
    return text.replace("\n", "\n  ")
