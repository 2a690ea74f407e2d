"""Layers of the user's own in the catalogue: ``@pg.layer`` before a Module class, or one that the notebook defines.

A class that is only defined is offered by the palette, and enters the catalogue when it is first put in: until then a
model that holds it is traced as before.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, TypeVar

from patchgrad import nn
from patchgrad.errors import GraphError
from patchgrad.layergraph import catalogue
from patchgrad.layergraph.fields import REQUIRED, Field
from patchgrad.layergraph.kind import LayerKind, Settings
from patchgrad.layergraph.memory import forget
from patchgrad.layergraph.reading import settings_of

Layer = TypeVar("Layer", bound=type[nn.Module])
TYPES = {bool: "bool", int: "int", float: "float", str: "text"}
PLACE = ("device", "dtype")


def layer(cls: Layer) -> Layer:
    """Enter a Module class in the catalogue: constructor arguments become fields, arguments of ``forward`` ports.

    Every constructor argument must be kept under its own name (``self.size = size``), and be an int, float,
    bool or str. Defining a class of the same name again replaces the entry.
    """
    kind = kind_from(cls)
    for old in [known for known in catalogue.OWN if known.__name__ == cls.__name__]:
        del catalogue.OWN[old]
    catalogue.OWN[cls] = catalogue.KINDS[cls.__name__] = kind
    forget()
    return cls


def kind_from(cls: type[nn.Module]) -> LayerKind:
    """The kind that a class would be; GraphError in words if it cannot be one."""
    if cls.__name__ in catalogue.KINDS and cls.__name__ not in {kind.__name__ for kind in catalogue.OWN}:
        raise GraphError(f"{cls.__name__} is the name of a layer of patchgrad", hint="give the class another name")
    fields = tuple(_field(cls, p) for p in _parameters(cls.__init__) if p.name not in PLACE)
    return LayerKind(
        cls.__name__,
        "own",
        (inspect.getdoc(cls) or "A layer of your own.").splitlines()[0],
        re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower(),
        inputs=tuple(p.name for p in _parameters(cls.forward)),
        fields=fields,
        make=_maker(cls),
        layer=cls.__name__,
    )


def defined() -> dict[str, type[nn.Module]]:
    """Module classes of the notebook that are not in the catalogue, by name."""
    names = list(vars(sys.modules["__main__"]).items())
    classes = {name: cls for name, cls in names if isinstance(cls, type) and issubclass(cls, nn.Module)}
    return {
        name: cls
        for name, cls in classes.items()
        if (cls.__module__, cls.__name__) == ("__main__", name) and cls not in catalogue.OWN and name[0] != "_"
    }


def offered() -> tuple[LayerKind, ...]:
    """Kinds of those classes that could enter the catalogue as they are."""
    found: list[LayerKind] = []
    for cls in defined().values():
        with suppress(GraphError):
            found.append(kind_from(cls))
    return tuple(found)


def entered(cls: type[nn.Module]) -> LayerKind:
    """The kind of a class of the user's own, which enters the catalogue if it is not there."""
    if cls not in catalogue.OWN:
        layer(cls)
    return catalogue.OWN[cls]


def settings_kept(kind: LayerKind, module: Any) -> dict[str, Any]:
    """The settings of a layer of the user's own; GraphError if it does not keep an argument under its name."""
    lost = [name for name in kind.field_names if not hasattr(module, name)]
    if lost:
        raise GraphError(
            f"{kind.name} does not keep what it was made with",
            got=f"no attribute {', '.join(lost)}",
            want="every argument of __init__ under its own name",
            hint=f"self.{lost[0]} = {lost[0]}",
        )
    return settings_of(kind, module)


def _by_name(name: str) -> LayerKind | None:
    cls = defined().get(name)
    return None if cls is None else entered(cls)


catalogue.ELSEWHERE.append(_by_name)


def _parameters(function: Any) -> list[inspect.Parameter]:
    try:
        found = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    except (NameError, TypeError, SyntaxError) as error:
        raise GraphError(
            f"the arguments of {function.__qualname__} cannot be read",
            got=str(error),
            want="annotations of names that are there",
            hint="int, float, bool or str",
        ) from error
    for parameter in found:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise GraphError(f"{function.__qualname__} takes *{parameter.name}", want="arguments with names")
    return found


def _field(cls: type, parameter: inspect.Parameter) -> Field:
    default = REQUIRED if parameter.default is parameter.empty else parameter.default
    if parameter.annotation is parameter.empty and default is REQUIRED:
        raise GraphError(
            f"{cls.__name__} cannot be a layer of the palette",
            got=f"argument {parameter.name} without a type",
            want="arguments of type int, float, bool or str",
            hint=f"def __init__(self, {parameter.name}: int)",
        )
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
