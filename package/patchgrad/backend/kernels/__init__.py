"""Fast variants of ops' forwards for one array library. Each stands beside the plain forward and equals it in tests."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from patchgrad.backend.base import Backend

Kernel = Callable[..., Any]
_KERNELS: dict[str, dict[str, Kernel]] = {}


def kernel(backend: str, op: str) -> Callable[[Kernel], Kernel]:
    """Enter a function, ``kernel(xp, *arrays, **attrs)``, as the forward of ``op`` on a backend."""

    def enter(function: Kernel) -> Kernel:
        _KERNELS.setdefault(backend, {})[op] = function
        return function

    return enter


def first(other: Kernel) -> Callable[[Kernel], Kernel]:
    """Decorate a kernel that runs where ``other`` declines."""

    def before(function: Kernel) -> Kernel:
        @wraps(function)
        def either(xp: Any, *arrays: Any, **attrs: Any) -> Any:
            found = other(xp, *arrays, **attrs)
            return function(xp, *arrays, **attrs) if found is NotImplemented else found

        return either

    return before


def install(backend: Backend) -> None:
    """Give a backend all kernels that were entered for it."""
    backend.kernels.update(_KERNELS.get(backend.name, {}))


def install_with_fallback(backend: Backend, find: Callable[[str], Any]) -> None:
    """The same for kernels that may decline: where one gives NotImplemented, the plain forward runs."""
    for op, function in _KERNELS.get(backend.name, {}).items():
        backend.kernels[op] = _with_fallback(op, function, find)


def _with_fallback(op: str, function: Kernel, find: Callable[[str], Any]) -> Kernel:
    def forward(xp: Any, *arrays: Any, **attrs: Any) -> Any:
        found = function(xp, *arrays, **attrs)
        return find(op).forward(xp, *arrays, **attrs) if found is NotImplemented else found

    return forward
