"""The text of a module: its class, settings and children, indented as PyTorch prints them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from patchgrad.nn.module import Module


def module_repr(module: Module, children: Mapping[str, Module | None]) -> str:
    """``Linear(in_features=2, out_features=3, bias=True)``; children one a line, indented by two."""
    settings = module.extra_repr()
    parts = [f"({name}): {_indented(repr(child))}" for name, child in children.items()]
    lines = ([settings] if settings else []) + parts
    name = type(module).__name__
    if not parts:
        return f"{name}({settings})"
    return f"{name}(\n  " + "\n  ".join(lines) + "\n)"


def _indented(text: str) -> str:
    return text.replace("\n", "\n  ")
