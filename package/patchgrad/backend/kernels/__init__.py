"""Fast variants of ops' forwards and gradient rules for one array library.

Each stands beside the plain one, equals it in tests, and may decline: where it gives NotImplemented, the plain one
runs. On NumPy they are loaded by ``cpu.py``, and most are compiled (``backend/native``).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from weakref import WeakKeyDictionary

from patchgrad.backend.base import Backend

Kernel = Callable[..., Any]
Guard = Callable[[str, Kernel, Callable[[], Kernel]], Kernel]
"""``guard(what, kernel, plain)``: a function that never declines; ``plain()`` gives the plain one."""
_KERNELS: dict[str, dict[str, Kernel]] = {}
_RULES: dict[str, dict[str, dict[str, Kernel]]] = {}
_installed: WeakKeyDictionary[Backend, dict[str, Kernel]] = WeakKeyDictionary()
JOINT = ""
"""In the place of an input's name: the rule of all inputs at once."""


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


def rule(backend: str, op: str, name: str = JOINT) -> Callable[[Kernel], Kernel]:
    """Enter a function, ``rule(xp, ct, s)``, as the gradient rule of an op for an input; without a name the joint one.

    It runs where gradients are arrays; where they are tensors, to be differentiated again, the plain rule does.
    """

    def enter(function: Kernel) -> Kernel:
        _RULES.setdefault(backend, {}).setdefault(op, {})[name] = function
        return function

    return enter


def entered(backend: str) -> dict[str, Kernel]:
    """The forwards that were entered for a backend, by op, as they are: they may decline."""
    return dict(_KERNELS.get(backend, {}))


def entered_rules(backend: str) -> dict[str, dict[str, Kernel]]:
    """The gradient rules that were entered for a backend, by op and input."""
    return dict(_RULES.get(backend, {}))


def with_fallback(what: str, kernel: Kernel, plain: Callable[[], Kernel]) -> Kernel:
    """The kernel, and where it declines the plain function."""

    def function(*arguments: Any, **attrs: Any) -> Any:
        found = kernel(*arguments, **attrs)
        return plain()(*arguments, **attrs) if found is NotImplemented else found

    return function


def install(backend: Backend, find: Callable[[str], Any], guard: Guard = with_fallback) -> None:
    """Give a backend the kernels that were entered for it since the last time; ``find`` gives the op of a name.

    One that replaces another falls back on it.
    """
    known = _installed.setdefault(backend, {})
    for op, function in _KERNELS.get(backend.name, {}).items():
        if known.get(op) is not function:
            earlier = backend.kernels.get(op)
            backend.kernels[op] = guard(op, function, lambda op=op, earlier=earlier: earlier or find(op).forward)
            known[op] = function
    for op, rules in _RULES.get(backend.name, {}).items():
        backend.rules[op] = {
            name: guard(f"{op} ({name})", function, lambda op=op, name=name: _plain_rule(find(op), name))
            for name, function in rules.items()
        }


def _plain_rule(op: Any, name: str) -> Kernel:
    return op.joint if name == JOINT else op.vjps[name]
