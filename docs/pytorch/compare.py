"""PyTorch's names held against patchgrad's: what is there, what is not and why, and which parameters are not taken."""

from __future__ import annotations

import inspect
import json
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any

import patchgrad as pg

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Row:
    """One name, ``torch.linalg.inv``: is it ``there``, else ``why`` not; ``left_out`` are parameters not taken."""

    path: str
    there: bool
    why: str = ""
    left_out: tuple[str, ...] = ()


def version() -> str:
    """The release of PyTorch whose names are listed."""
    return json.loads((HERE / "pytorch.json").read_text())["version"]


@lru_cache
def names() -> dict[str, dict[str, list[str] | None]]:
    return json.loads((HERE / "pytorch.json").read_text())["names"]


@lru_cache
def reasons() -> list[tuple[str, str]]:
    """(pattern, why), in the order of the file."""
    table = tomllib.loads((HERE / "reasons.toml").read_text())
    return [(pattern, entry["why"]) for entry in table["reason"] for pattern in entry["names"]]


@lru_cache
def parameter_reasons() -> list[tuple[str, str]]:
    """("torch.Tensor.sum: dtype" as a pattern, why)."""
    table = tomllib.loads((HERE / "reasons.toml").read_text())
    return [(pattern, entry["why"]) for entry in table.get("parameter", []) for pattern in entry["names"]]


def ours(path: str) -> Any:
    """The same name here, or None."""
    home: Any = pg
    for part in path.split(".")[1:]:
        home = getattr(home, part, None)
    return home


def reason(path: str) -> str:
    return next((why for pattern, why in reasons() if fnmatchcase(path, pattern)), "")


def left_out(path: str, wanted: list[str] | None, found: Any) -> tuple[str, ...]:
    """Parameters that PyTorch documents and ours does not take."""
    if not wanted or isinstance(found, property):
        return ()
    try:
        taken = list(inspect.signature(found).parameters.values())
    except (TypeError, ValueError):
        return ()
    known = {entry.name for entry in taken}
    if any(entry.kind is entry.VAR_KEYWORD for entry in taken):
        return ()
    loose = any(entry.kind is entry.VAR_POSITIONAL for entry in taken)
    missing = [name for name in wanted if name not in known]
    return tuple(missing if not loose else [name for name in missing if name in _KEYWORDS])


_KEYWORDS = {"dtype", "keepdim", "correction", "generator", "requires_grad", "device", "alpha", "beta"}
"""Looked for by name even where a function takes any number of positional arguments."""


def rows() -> list[Row]:
    found: list[Row] = []
    for namespace, members in names().items():
        for name, wanted in members.items():
            path = f"{namespace}.{name}"
            mine = ours(path)
            if mine is None:
                found.append(Row(path, False, reason(path)))
            else:
                found.append(Row(path, True, left_out=left_out(path, wanted, mine)))
    return found


def unexplained(row: Row) -> list[str]:
    """Parameters left out without a written reason."""
    return [
        name
        for name in row.left_out
        if not any(fnmatchcase(f"{row.path}: {name}", pattern) for pattern, _ in parameter_reasons())
    ]
