"""state_dict and load_state_dict: values of a module by name, in PyTorch's names and layouts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.nn.parameter import array_like, overwrite
from patchgrad.nn.uninitialized import is_uninitialized
from patchgrad.tensor import Tensor

if TYPE_CHECKING:
    from patchgrad.nn.module import Module


class LoadedKeys(NamedTuple):
    """What did not match when a state dict was loaded with ``strict=False``."""

    missing_keys: list[str]
    unexpected_keys: list[str]


def state_dict(module: Module, prefix: str = "", keep_vars: bool = False) -> dict[str, Tensor]:
    """Parameters and persistent buffers by dotted name; detached unless ``keep_vars``."""
    return {name: value if keep_vars else value.detach() for name, value in _named_values(module, prefix)}


def load_state_dict(module: Module, values: Mapping[str, Any], strict: bool = True) -> LoadedKeys:
    """Copy ``values`` into the module's tensors by name.

    All is checked before anything is written, so a failure leaves the module as it was.

    Errors
        ArgumentError  if names are missing or unexpected and ``strict``.
        ShapeError     if a value has another shape than the tensor of its name.
    """
    own = dict(_named_values(module, ""))
    keys = LoadedKeys([key for key in own if key not in values], [key for key in values if key not in own])
    if strict and any(keys):
        raise _unmatched(module, keys)
    waiting = {key: tensor for key, tensor in own.items() if is_uninitialized(tensor)}
    given = [key for key in own if key in values and not (key in waiting and is_uninitialized(values[key]))]
    arrays = {key: array_like(values[key], own[key]) for key in given}
    wrong = [key for key in given if key not in waiting and tuple(arrays[key].shape) != tuple(own[key].shape)]
    if wrong:
        raise _wrong_shapes(module, own, arrays, wrong)
    for key, array in arrays.items():
        if key in waiting:
            waiting[key].materialize(array.shape)
        overwrite(own[key], array)
    return keys


def _named_values(module: Module, prefix: str) -> Iterator[tuple[str, Tensor]]:
    for path, owner in module.named_modules(prefix=prefix.rstrip("."), remove_duplicate=False):
        dot = f"{path}." if path else ""
        for name, value in owner.saved_values():
            yield dot + name, value


def _unmatched(module: Module, keys: LoadedKeys) -> ArgumentError:
    parts = [("missing", keys.missing_keys), ("unexpected", keys.unexpected_keys)]
    return ArgumentError(
        f"the state dict does not fit {type(module).__name__}",
        got="; ".join(f"{word}: {', '.join(names)}" for word, names in parts if names),
        want="exactly the names of module.state_dict()",
        hint="load_state_dict(values, strict=False) loads the names that match",
    )


def _wrong_shapes(module: Module, own: Mapping[str, Tensor], arrays: Mapping[str, Any], wrong: list[str]) -> ShapeError:
    return ShapeError(
        f"the state dict does not fit {type(module).__name__}",
        got=", ".join(f"{key} {tuple(arrays[key].shape)}" for key in wrong),
        want=", ".join(f"{key} {tuple(own[key].shape)}" for key in wrong),
        hint="build the module with the settings it was saved with",
    )
