"""From a module to its kind and settings: the other way round from ``LayerKind.build``."""

from __future__ import annotations

from typing import Any

from patchgrad.errors import GraphError
from patchgrad.layergraph import catalogue
from patchgrad.layergraph.fields import Field
from patchgrad.layergraph.kind import LayerKind
from patchgrad.layergraph.probe import Outcome, layer_without_data

OUTSIDE = {"padding_mode": "zeros", "return_indices": False, "include_last_offset": False}
"""Settings of layers that no field of their kind holds; a layer with another value stays closed."""


def kind_of(module: Any) -> LayerKind | None:
    """The kind of a module whose class (not a parent of it) is in the catalogue; else None."""
    return catalogue.by_class().get(type(module))


def settings_of(kind: LayerKind, module: Any) -> dict[str, Any]:
    """The settings with which such a module is made; GraphError if a field cannot hold what it has."""
    return kind.settings({field.name: _read(module, field) for field in kind.fields})


def _read(module: Any, field: Field) -> Any:
    value = getattr(module, field.name, None)
    if field.name == "bias" and not isinstance(value, bool):
        return any(path.split(".")[-1].endswith("bias") or ".bias" in path for path, _ in module.named_parameters())
    unset = field.type == "bool" and not field.optional and not isinstance(value, bool)
    return value is not None if unset else value


def described_by(module: Any) -> tuple[LayerKind, dict[str, Any]] | None:
    """Kind and settings, if making a layer with them gives one with the same parameters and buffers; else None."""
    kind = kind_of(module)
    if kind is None or any(getattr(module, name, usual) != usual for name, usual in OUTSIDE.items()):
        return None
    try:
        settings = settings_of(kind, module)
    except GraphError:
        return None
    twin = layer_without_data((kind.name, *sorted(settings.items())))
    loose = kind.name == "Delay"  # how many samples it remembers is no setting
    same = not isinstance(twin, Outcome) and (loose or tensors(twin) == tensors(module))
    return (kind, settings) if same else None


def tensors(module: Any) -> dict[str, tuple[int, ...]]:
    """Shapes of all parameters and buffers by name."""
    return {name: tuple(value.shape) for name, value in (*module.named_parameters(), *module.named_buffers())}


def has_state(module: Any) -> bool:
    """Does it matter whether a layer is called again, or another like it: weights, buffers, random numbers?"""
    return bool(tensors(module)) or any(hasattr(part, "stream") for part in module.modules())
