"""Nested plain data with tensors in it, taken apart into named tensors and a plan of the rest.

Formats that hold nothing but named arrays (safetensors, npz) keep the plan as JSON text beside them. A flat dictionary
of tensors needs none: its keys are the names. Read next: ``files.py``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from patchgrad.backend import host
from patchgrad.backend.device import device
from patchgrad.backend.dtype import dtype, from_numpy
from patchgrad.errors import DataError
from patchgrad.tensor import Tensor

PLAN = "patchgrad.plan"
"""The name under which a plan is kept."""
PLAIN = (type(None), bool, int, float, str)
SCALARS = (bytes, set, frozenset, complex, dtype, device)
"""What only pickles keep as well."""


def is_flat(data: Any) -> bool:
    """Is this a dictionary of tensors with text for keys?"""
    return isinstance(data, Mapping) and all(isinstance(name, str) and is_tensor(data[name]) for name in data)


def is_tensor(value: Any) -> bool:
    return isinstance(value, (Tensor, host.ndarray))


def array_of(value: Any) -> Any:
    """The values of a tensor or array on the host."""
    if isinstance(value, Tensor):
        return value.backend.to_host(value.data)
    from_numpy(value.dtype)
    return value


def take_apart(data: Any) -> tuple[dict[str, Any], str | None]:
    """Arrays by name, and the plan of what they were in (None for a flat dictionary).

    Errors
        DataError  for anything but tensors, arrays, dicts, lists, tuples, numbers, text, True, False and None.
    """
    if is_flat(data):
        return {name: array_of(value) for name, value in data.items()}, None
    arrays: dict[str, Any] = {}
    plan = _plan(data, "", arrays)
    return arrays, json.dumps(plan)


def put_together(arrays: Mapping[str, Any], plan: str | None) -> Any:
    """The data that was taken apart, with what stands in ``arrays`` as its tensors."""
    if plan is None:
        return dict(arrays)
    try:
        return _rebuilt(json.loads(plan), arrays)
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise DataError("the plan of the saved data is damaged", got=str(error) or type(error).__name__) from None


def walk(data: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every tensor in the data with its place. Raises DataError for what cannot be saved."""
    if is_tensor(data):
        yield path, data
    elif isinstance(data, Mapping):
        for key, value in data.items():
            yield from walk(value, f"{path}.{key}" if path else str(key))
    elif isinstance(data, (list, tuple)):
        for at, value in enumerate(data):
            yield from walk(value, f"{path}.{at}" if path else str(at))
    elif not isinstance(data, (*PLAIN, *SCALARS)):
        raise cannot_save(data, path)


def cannot_save(value: Any, path: str) -> DataError:
    return DataError(
        f"a {type(value).__name__} cannot be saved",
        got=f"{type(value).__name__} at {path}" if path else type(value).__name__,
        want="tensors, arrays, dictionaries, lists, tuples, numbers, text, True, False and None",
        hint="save model.state_dict() instead of the model",
    )


def _plan(data: Any, path: str, arrays: dict[str, Any]) -> Any:
    """JSON for ``data``: plain values as they are, all else as a list whose first entry says what it is."""
    if isinstance(data, PLAIN):
        return data
    if is_tensor(data):
        name = _free(path or "tensor", arrays)
        arrays[name] = array_of(data)
        return ["tensor", name]
    inside = f"{path}." if path else ""
    if isinstance(data, Mapping):
        pairs = [(_key(key, path), _plan(value, f"{inside}{key}", arrays)) for key, value in data.items()]
        return ["dict", *pairs]
    if isinstance(data, (list, tuple)):
        word = "tuple" if isinstance(data, tuple) else "list"
        return [word, *[_plan(value, f"{inside}{at}", arrays) for at, value in enumerate(data)]]
    raise cannot_save(data, path)


def _key(key: Any, path: str) -> Any:
    if isinstance(key, PLAIN):
        return key
    raise cannot_save(key, f"a key of {path}" if path else "a key")


def _free(name: str, taken: Mapping[str, Any]) -> str:
    found, count = name, 1
    while found in taken:
        count += 1
        found = f"{name}#{count}"
    return found


def _rebuilt(plan: Any, arrays: Mapping[str, Any]) -> Any:
    if not isinstance(plan, list):
        return plan
    word, *rest = plan
    if word == "tensor":
        return arrays[rest[0]]
    if word == "dict":
        return {key: _rebuilt(value, arrays) for key, value in rest}
    entries = [_rebuilt(entry, arrays) for entry in rest]
    return tuple(entries) if word == "tuple" else entries
