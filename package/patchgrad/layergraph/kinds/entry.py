"""How a layer of ``patchgrad.nn`` becomes a kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from inspect import signature
from typing import Any

from patchgrad import nn
from patchgrad.layergraph.fields import Field
from patchgrad.layergraph.kind import LayerKind, Settings


def layer(name: str, family: str, stem: str, help: str, *fields: Field, **rules: Any) -> LayerKind:
    """The kind of a layer of ``patchgrad.nn``; ``fields`` are the arguments of its constructor."""
    return LayerKind(name, family, help, stem, fields=fields, make=_maker(name), layer=f"nn.{name}", **rules)


def _maker(name: str) -> Callable[..., Any]:
    """A factory for a layer of ``nn``; only layers that hold tensors are told the device."""

    def make(settings: Settings, place: Mapping[str, Any]) -> Any:
        made = getattr(nn, name)
        return made(**settings, **place) if takes_device(made) else made(**settings)

    return make


@lru_cache(maxsize=256)
def takes_device(layer: Any) -> bool:
    return "device" in signature(layer).parameters
