"""What the layer graph knows of one kind of layer: ports, fields, rules, words.

The kinds themselves stand in ``catalogue.py``. This file knows shapes as tuples, and no tensor.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import msgspec

from patchgrad.errors import GraphError
from patchgrad.layergraph.fields import Field

Settings = Mapping[str, Any]
SymbolicShape = tuple[int | str, ...]
"""Sizes by axis; the batch axis, and what depends on it, is text: ``("N", 64)``."""
Rule = Callable[[Settings, Mapping[str, SymbolicShape]], dict[str, Any]]
"""Settings and shapes by input port -> settings that are to change."""


class LayerKind(msgspec.Struct, frozen=True, dict=True):
    """One kind of layer: an entry of the palette.

    Parameters
        name      the class name, ``Linear``
        make      settings -> module; None for Input, Output and Closed
        inputs    names of the input ports, in the order of ``forward``
        optional  those of them that may stay open
        outputs   names of the output ports
        follow    which settings follow from the input shapes (in_features from the last axis)
        mirror    settings with which a new layer keeps the shape it is given
        normal    one form for settings that mean the same (the stride of a pool that is its size)
        identity  sets the parameters of a fresh module so that it gives back its input; False if it cannot
        call      ``forward`` as source text, with ``{self}`` and the ports as fields
        outs      what ``forward`` returns -> values in the order of ``outputs``
        axes      how many axes the first input may have, the batch axis included; empty: any
        width     the setting that says how many units go out, along the axis ``width_axis`` of the output
        roles     what the axes of its parameters stand for (``roles.py``)
        ins       values in the order of ``inputs`` (None where open) -> arguments of ``forward``
    """

    name: str
    family: str
    help: str
    stem: str
    inputs: tuple[str, ...] = ("x",)
    outputs: tuple[str, ...] = ("y",)
    fields: tuple[Field, ...] = ()
    make: Callable[..., Any] | None = None
    layer: str = ""
    optional: tuple[str, ...] = ()
    followers: tuple[str, ...] = ()
    follow: Rule | None = None
    mirror: Rule | None = None
    normal: Callable[[Settings], dict[str, Any]] | None = None
    identity: Callable[[Any], bool] | None = None
    summary_of: Callable[[Settings], str] | None = None
    call: str = ""
    outs: Callable[[Any], tuple[Any, ...]] | None = None
    ins: Callable[[tuple[Any, ...]], tuple[Any, ...]] | None = None
    axes: tuple[int, ...] = ()
    width: str = ""
    width_axis: int = -1
    roles: Callable[[str, Settings], tuple[Any, ...]] | None = None
    addable: bool = True

    @cached_property
    def field_names(self) -> Mapping[str, Field]:
        return {field.name: field for field in self.fields}

    def field(self, name: str) -> Field:
        """The field of this name; GraphError that lists the fields if there is none."""
        try:
            return self.field_names[name]
        except KeyError:
            fields = ", ".join(self.field_names) or "nothing to set"
            raise GraphError(f"{self.name} has no field {name!r}", got=repr(name), want=fields) from None

    def settings(self, given: Settings) -> dict[str, Any]:
        """All settings in order: those given, checked, and the palette's defaults for the rest."""
        for name in given:
            self.field(name)
        where = self.name
        return self.normalised(
            {
                field.name: field.parse(given[field.name], where) if field.name in given else field.default
                for field in self.fields
            }
        )

    def normalised(self, settings: dict[str, Any]) -> dict[str, Any]:
        """The settings in their one form."""
        return settings | self.normal(settings) if self.normal else settings

    def following(self, settings: Settings, shapes: Mapping[str, SymbolicShape]) -> Settings:
        """The settings with those that follow from the input shapes brought up to date."""
        changes = self.follow(settings, shapes) if self.follow else {}
        changes = {name: value for name, value in changes.items() if settings.get(name) != value}
        return {**settings, **changes} if changes else settings

    def fitting(self, given: Settings, shapes: Mapping[str, SymbolicShape]) -> dict[str, Any]:
        """Settings of a new layer on these inputs: what is given, and such defaults that keep the shape."""
        settings = dict(self.following(self.settings(given), shapes))
        if self.mirror:
            mirrored = self.mirror(settings, shapes)
            settings |= {name: value for name, value in mirrored.items() if name not in given}
        return settings

    def build(self, settings: Settings, **place: Any) -> Any:
        """A fresh module of this kind; ``place``: ``device`` and ``dtype``."""
        if self.make is None:
            raise GraphError(f"{self.name} is not a module")
        return self.make(settings, place)

    def arrange(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """Values by input port (None where open) as arguments of ``forward``."""
        return self.ins(values) if self.ins else values

    def split(self, result: Any) -> tuple[Any, ...]:
        """What ``forward`` returned as values by output port."""
        return self.outs(result) if self.outs else (result,)

    def arguments(self, settings: Settings) -> str:
        """Constructor arguments as source text: ``128, 64, bias=False``."""
        parts: list[str] = []
        for at, field in enumerate(self.fields):
            value = settings.get(field.name, field.default)
            if field.required or (at == 0 and field.type == "float"):
                parts.append(repr(value))
            elif value != field.ctor:
                parts.append(f"{field.name}={value!r}")
        return ", ".join(parts)

    def source(self, settings: Settings) -> str:
        """As in a cell: ``nn.Linear(128, 64)``."""
        if not self.layer:
            words = ", ".join(f"{name}={value!r}" for name, value in settings.items() if value is not None)
            return f'"{self.name}"' + (f", {words}" if words else "")
        return f"{self.layer}({self.arguments(settings)})"

    def summary(self, settings: Settings) -> str:
        """Settings in a few characters: ``128 → 64``."""
        return self.summary_of(settings) if self.summary_of else ""
