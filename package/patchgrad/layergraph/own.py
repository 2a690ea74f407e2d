"""Layers of the user's own in the catalogue: ``@pg.layer`` before a Module class."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import Any, TypeVar

from patchgrad import nn
from patchgrad.errors import GraphError
from patchgrad.layergraph import catalogue
from patchgrad.layergraph.fields import REQUIRED, Field
from patchgrad.layergraph.kind import LayerKind, Settings
from patchgrad.layergraph.memory import forget

Layer = TypeVar("Layer", bound=type[nn.Module])
TYPES = {bool: "bool", int: "int", float: "float", str: "text"}
PLACE = ("device", "dtype")


def layer(cls: Layer) -> Layer:
    """Enter a Module class in the catalogue: constructor arguments become fields, arguments of ``forward`` ports.

    Every constructor argument must be kept under its own name (``self.size = size``), and be an int, float,
    bool or str. Defining a class of the same name again replaces the entry.
    """
    if cls.__name__ in catalogue.KINDS and cls.__name__ not in {kind.__name__ for kind in catalogue.OWN}:
        raise GraphError(f"{cls.__name__} is the name of a layer of patchgrad", hint="give the class another name")
    fields = tuple(_field(cls, p) for p in _parameters(cls.__init__) if p.name not in PLACE)
    kind = LayerKind(
        cls.__name__,
        "own",
        (inspect.getdoc(cls) or "A layer of your own.").splitlines()[0],
        re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower(),
        inputs=tuple(p.name for p in _parameters(cls.forward)),
        fields=fields,
        make=_maker(cls),
        layer=cls.__name__,
    )
    for old in [known for known in catalogue.OWN if known.__name__ == cls.__name__]:
        del catalogue.OWN[old]
    catalogue.OWN[cls] = catalogue.KINDS[cls.__name__] = kind
    forget()
    return cls


def _parameters(function: Any) -> list[inspect.Parameter]:
    found = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    for parameter in found:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise GraphError(f"{function.__qualname__} takes *{parameter.name}", want="arguments with names")
    return found


def _field(cls: type, parameter: inspect.Parameter) -> Field:
    default = REQUIRED if parameter.default is parameter.empty else parameter.default
    known = type(default) if parameter.annotation is parameter.empty else parameter.annotation
    if known not in TYPES:
        raise GraphError(
            f"{cls.__name__} cannot be a layer of the palette",
            got=f"argument {parameter.name} of type {getattr(known, '__name__', known)}",
            want="arguments of type int, float, bool or str",
        )
    start = {int: 1, float: 0.0, bool: False, str: ""}[known] if default is REQUIRED else default
    return Field(parameter.name, TYPES[known], start, default)  # type: ignore[arg-type]


def _maker(cls: type) -> Any:
    def make(settings: Settings, place: Mapping[str, Any]) -> Any:
        made = cls(**settings)
        return made if not place or str(place.get("device")) == "meta" else made.to(**place)

    return make
