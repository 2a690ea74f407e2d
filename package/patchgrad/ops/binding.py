"""Binds operators, methods and properties to Tensor: each when it is first asked for, with its whole family.

What belongs to which family stands in ``_public.py``, written from what the families name in ``METHODS`` (functions
that are methods too), ``IN_PLACE`` (those of them that also write) and ``PROPERTIES`` (``set_name`` is what assigns to
one); ``methods.py`` has the rest.
"""

from __future__ import annotations

from importlib import import_module
from inspect import signature
from typing import Any

from patchgrad.ops import _public as tables
from patchgrad.tensor import Tensor

Bound = dict[str, Any]


class Later:
    """Stands in Tensor for a method of a family that was not imported yet."""

    __slots__ = ("family", "name")

    def __init__(self, family: str, name: str) -> None:
        self.family = family
        self.name = name

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        bind(self.family)
        return getattr(owner if instance is None else instance, self.name)

    def __set__(self, instance: Any, value: Any) -> None:
        bind(self.family)
        setattr(instance, self.name, value)


def family(name: str) -> Any:
    """The module of a family of ops."""
    return import_module(f"patchgrad.ops.{name}")


def members(name: str) -> Bound:
    """Methods and properties that a family gives to Tensor."""
    from patchgrad.ops import in_place

    home = family(name)
    found: Bound = {method: _method(home, method) for method in tables.METHODS.get(name, "").split()}
    found |= {f"{method}_": in_place.writer(_method(home, method)) for method in tables.IN_PLACE.get(name, "").split()}
    properties = tables.PROPERTIES.get(name, "").split()
    return found | {entry: property(getattr(home, entry), getattr(home, f"set_{entry}", None)) for entry in properties}


def _method(home: Any, name: str) -> Any:
    """The function as a method, which takes no ``out=``, and ``axis=`` for ``dim=``."""
    from patchgrad.ops.out import numpys_names

    function = getattr(home, name)
    function = getattr(function, "without_out", function)
    return numpys_names(function) if "dim" in signature(function).parameters else function


_bound: set[str] = set()


def bind(name: str) -> None:
    """Give Tensor all that a family has for it; once, so that a method is the same object for good."""
    if name in _bound:
        return
    for method, function in (family("methods").own() if name == "methods" else members(name)).items():
        setattr(Tensor, method, function)
    _bound.add(name)


def names_of(name: str) -> list[str]:
    """What a family will give, without importing it."""
    written = [f"{method}_" for method in tables.IN_PLACE.get(name, "").split()]
    return [*tables.METHODS.get(name, "").split(), *written, *tables.PROPERTIES.get(name, "").split()]


def bind_later() -> None:
    """Give Tensor a `Later` for every name."""
    for name in {*tables.METHODS, *tables.IN_PLACE, *tables.PROPERTIES}:
        for method in names_of(name):
            setattr(Tensor, method, Later(name, method))
    for method in tables.OWN.split():
        setattr(Tensor, method, Later("methods", method))
    Tensor.__array_priority__ = 1000  # type: ignore[attr-defined]
    Tensor.__array_ufunc__ = None  # type: ignore[attr-defined]


def everything() -> Bound:
    """All that Tensor is given, by name."""
    found: Bound = dict(family("methods").own())
    for name in sorted({*tables.METHODS, *tables.IN_PLACE, *tables.PROPERTIES}):
        found |= members(name)
    return found


def enter_op(op: str | None) -> None:
    """Import the family of an op, so that its record is entered; None: all families."""
    for name, ops in tables.OPS.items():
        if op is None or op in ops.split():
            family(name)
