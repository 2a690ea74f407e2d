"""Remembered answers about layers, and forgetting them when a layer of the user's own is defined anew."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])
_FORGETTING: list[Callable[[], None]] = []


def remembered(most: int) -> Callable[[Function], Function]:
    """Keep the last ``most`` answers of a function of hashable arguments."""

    def wrap(function: Function) -> Function:
        keeping: Any = lru_cache(maxsize=most)(function)
        _FORGETTING.append(keeping.cache_clear)
        return keeping

    return wrap


def forget() -> None:
    """Ask everything anew."""
    for forgetting in _FORGETTING:
        forgetting()
