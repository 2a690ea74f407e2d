"""state_dict and load_state_dict: values of a module by name, in PyTorch's names and layouts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from patchgrad.errors import ArgumentError, DataError, ShapeError
from patchgrad.nn.parameter import array_like, overwrite
from patchgrad.nn.uninitialized import is_uninitialized
from patchgrad.tensor import Tensor
from patchgrad.tensor.foreign import shown

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
    if not isinstance(values, Mapping):
        raise _no_values(module, values)
    own = dict(_named_values(module, ""))
    keys = LoadedKeys([key for key in own if key not in values], [key for key in values if key not in own])
    if strict and any(keys):
        raise _unmatched(module, keys)
    waiting = {key: tensor for key, tensor in own.items() if is_uninitialized(tensor)}
    given = [key for key in own if key in values and not (key in waiting and is_uninitialized(values[key]))]
    arrays = {key: _array(key, values[key], own[key]) for key in given}
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


def _array(key: str, value: Any, like: Tensor) -> Any:
    try:
        return array_like(value, like)
    except (TypeError, ValueError) as error:
        raise DataError(
            f"{key} of the state dict is no array", got=shown(value), want=f"numbers of shape {tuple(like.shape)}"
        ) from error


def _no_values(module: Module, values: Any) -> ArgumentError:
    if hasattr(values, "state_dict"):
        hint = "load_state_dict(other.state_dict())"
    else:
        hint = f"load_state_dict(pg.load({values!r}))" if isinstance(values, str) else ""
    return ArgumentError(
        f"{type(module).__name__} takes a state dict",
        got=shown(values),
        want="a dictionary of tensors by name",
        hint=hint,
    )


def _unmatched(module: Module, keys: LoadedKeys) -> ArgumentError:
    parts = [("missing", keys.missing_keys), ("unexpected", keys.unexpected_keys)]
    return ArgumentError(
        f"the state dict does not fit {type(module).__name__}",
        got="; ".join(f"{word}: {', '.join(names)}" for word, names in parts if names),
        want="exactly the names of module.state_dict()",
        hint=_prefix(keys) or "load_state_dict(values, strict=False) loads the names that match",
    )


def _prefix(keys: LoadedKeys) -> str:
    """What to do if the names differ only by a word in front."""
    for a, b in ((keys.missing_keys, keys.unexpected_keys), (keys.unexpected_keys, keys.missing_keys)):
        word = b[0][: -len(a[0])] if a and b and b[0].endswith(a[0]) else ""
        if word and {word + name for name in a} == set(b):
            if b is keys.unexpected_keys:
                return f"{{name.removeprefix({word!r}): value for name, value in values.items()}}"
            return f"model.{word.rstrip('.')}.load_state_dict(values), if these are the weights of that layer"
    return ""


def _wrong_shapes(module: Module, own: Mapping[str, Tensor], arrays: Mapping[str, Any], wrong: list[str]) -> ShapeError:
    return ShapeError(
        f"the state dict does not fit {type(module).__name__}",
        got=", ".join(f"{key} {tuple(arrays[key].shape)}" for key in wrong),
        want=", ".join(f"{key} {tuple(own[key].shape)}" for key in wrong),
        hint="build the module with the settings it was saved with",
    )
