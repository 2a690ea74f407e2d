"""state_dict and load_state_dict: values of a module by name, in PyTorch's names and layouts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from patchgrad.errors import ArgumentError, DataError, ShapeError
from patchgrad.nn.parameter import Parameter, array_like, overwrite
from patchgrad.nn.uninitialized import is_uninitialized
from patchgrad.tensor import Tensor
from patchgrad.tensor.foreign import shown

if TYPE_CHECKING:
    from patchgrad.nn.module import Module


EXTRA = "_extra_state"


class LoadedKeys(NamedTuple):
    """What did not match when a state dict was loaded with ``strict=False``."""

    missing_keys: list[str]
    unexpected_keys: list[str]


def state_dict(module: Any, found: dict[str, Any], prefix: str, keep_vars: bool) -> dict[str, Any]:
    """Parameters and persistent buffers by dotted name, into ``found``; detached unless ``keep_vars``."""
    module._run_state_hooks("before_save", prefix, keep_vars)
    for name, value in module.saved_values():
        found[prefix + name] = value if keep_vars else value.detach()
    if _keeps_more(module):
        found[prefix + EXTRA] = module.get_extra_state()
    for name, child in module._modules.items():
        if child is not None:
            state_dict(child, found, f"{prefix}{name}.", keep_vars)
    module._run_state_hooks("after_save", found, prefix, {})
    return found


def load_state_dict(module: Any, given: Mapping[str, Any], strict: bool = True, assign: bool = False) -> LoadedKeys:
    """Copy values into the module's tensors by name, or take them in their place with ``assign``.

    All is checked before anything is written, so a failure leaves the module as it was.

    Errors
        ArgumentError  if names are missing or unexpected and ``strict``.
        ShapeError     if a value has another shape than the tensor of its name.
    """
    if not isinstance(given, Mapping):
        raise _no_values(module, given)
    values, owners = dict(given), list(_owners(module))
    keys = LoadedKeys([], [])
    for prefix, owner in owners:
        owner._run_state_hooks("before_load", values, prefix, {}, strict, *keys, [])
    places = {prefix + name: (owner, name) for prefix, owner in owners for name, _ in owner.saved_values()}
    extra = {prefix + EXTRA: owner for prefix, owner in owners if _keeps_more(owner)}
    known = {**places, **extra}
    keys.missing_keys.extend(key for key in known if key not in values)
    keys.unexpected_keys.extend(key for key in values if key not in known)
    excused = any("after_load" in vars(owner).get("_state_hooks", ()) for _, owner in owners)
    if strict and any(keys) and not excused:
        raise _unmatched(module, keys)
    own = {key: getattr(owner, name) for key, (owner, name) in places.items() if key in values}
    _write(module, own, values, places if assign else {})
    for key, owner in extra.items():
        if key in values:
            owner.set_extra_state(values[key])
    for _, owner in reversed(owners):
        owner._run_state_hooks("after_load", keys)
    if strict and any(keys):
        raise _unmatched(module, keys)
    return keys


def _write(module: Any, own: dict[str, Any], values: dict[str, Any], places: dict[str, tuple[Any, str]]) -> None:
    """Check all shapes, then write; tensors that have ``places`` are replaced."""
    waiting = {key for key, tensor in own.items() if is_uninitialized(tensor)}
    given = [key for key in own if not (key in waiting and is_uninitialized(values[key]))]
    arrays = {key: _array(key, values[key], own[key]) for key in given}
    wrong = [key for key in given if key not in waiting and tuple(arrays[key].shape) != tuple(own[key].shape)]
    if wrong:
        raise _wrong_shapes(module, own, arrays, wrong)
    for key, array in arrays.items():
        if key in places:
            _replace(*places[key], own[key], values[key])
            continue
        if key in waiting:
            own[key].materialize(array.shape)
        overwrite(own[key], array)


def _replace(owner: Any, name: str, old: Any, value: Any) -> None:
    """``value`` itself in the place of ``old``; a parameter stays one, trained or not as it was."""
    new = value if isinstance(value, Tensor) else Tensor(array_like(value, old))
    if isinstance(old, Parameter) and not isinstance(new, Parameter):
        new = Parameter(new, old.requires_grad)
    setattr(owner, name, new)


def _owners(module: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The module and all below it, with what stands before the names of their tensors."""
    yield prefix, module
    for name, child in module._modules.items():
        if child is not None:
            yield from _owners(child, f"{prefix}{name}.")


def _keeps_more(module: Any) -> bool:
    """Has its class state of its own beside tensors?"""
    return type(module).get_extra_state is not type(module)._no_extra_state


def _array(key: str, value: Any, like: Tensor) -> Any:
    try:
        return array_like(value, like)
    except (TypeError, ValueError) as error:
        raise DataError(
            f"{key} of the state dict is no array", got=shown(value), want=f"numbers of shape {tuple(like.shape)}"
        ) from error


def _no_values(module: Any, values: Any) -> ArgumentError:
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
