"""The words of programs: names of functions that both libraries have, and what they mean in each.

``functional.relu`` is ``torch.nn.functional.relu`` there and ``patchgrad.nn.functional.relu`` here; ``torch.cat`` is
``patchgrad.cat``. Most need no entry anywhere: the names are the same.
"""

from __future__ import annotations

import builtins
import importlib
import inspect
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from patchgrad.backend.device import device
from patchgrad.backend.dtype import as_dtype, dtype
from patchgrad.errors import ArgumentError, GraphError, PatchgradError
from patchgrad.interop.program import Word, rebuilt
from patchgrad.tensor import Tensor

ROOMS = {"functional": "nn.functional", "torch": "", "special": "special", "linalg": "linalg", "fft": "fft"}
"""First part of a word to the module below PyTorch (or patchgrad) that has the function."""
PLAIN: dict[str, Any] = {"operator": operator, "math": math, "builtins": builtins}
FIRST = ("input", "self", "tensors", "x")
"""Names that PyTorch gives a first argument."""
DROPPED = ("memory_format", "non_blocking", "pin_memory", "layout", "generator")
"""Arguments about memory that change no number; left out where the function here has none of that name."""


def expect(value: Any, wanted: Any) -> Any:
    """The value that a decision was made on when the model was looked at; GraphError if it would fall otherwise now."""
    if type(wanted)(value) != wanted:
        raise GraphError(
            "this model would take another way than the one that was seen when it was looked at",
            got=repr(value),
            want=repr(wanted),
            hint="from_torch(model, *example) again with an example of this kind",
        )
    return value


def expect_none(value: Any, name: str, *_: Any) -> None:
    """An argument that was left out when the model was looked at is left out now; ArgumentError if it is not."""
    if value is not None:
        raise ArgumentError(
            f"this model was looked at without {str(name).split()[0]}",
            got=type(value).__name__,
            hint="from_torch(model, *example) with an example that has it",
        )


def _to(x: Any, *args: Any, **kwargs: Any) -> Any:
    """``Tensor.to`` without what says how to copy."""
    kept = [arg for arg in args if not isinstance(arg, bool)]
    return x.to(*kept, **{name: value for name, value in kwargs.items() if name in ("dtype", "device")})


def _size(x: Any, dim: int | None = None) -> Any:
    return tuple(x.shape) if dim is None else x.shape[dim]


OWN: dict[str, Callable[..., Any]] = {
    "patchgrad.expect": expect,
    "patchgrad.expect_none": expect_none,
    "patchgrad.same": lambda x: x,
    "torch.tensor": lambda data, **place: _creation("tensor", data, **place),
    "method.to": _to,
    "method.size": _size,
    "method.contiguous": lambda x, *_, **__: x.contiguous(),
    "method.detach": lambda x: x.detach(),
    "method.view_as": lambda x, other: x.reshape(other.shape),
    "method.reshape_as": lambda x, other: x.reshape(other.shape),
    "method.expand_as": lambda x, other: x.expand(other.shape),
    "torch.is_tensor": lambda x: isinstance(x, Tensor),
}
"""Words whose meaning here is not the function of the same name."""


def _creation(name: str, *args: Any, **kwargs: Any) -> Any:
    return getattr(importlib.import_module("patchgrad"), name)(*args, **kwargs)


@cache
def meaning(word: str) -> Callable[..., Any] | None:
    """What the word means here; None if nothing here does that."""
    if word in OWN:
        return OWN[word]
    head, _, name = word.partition(".")
    if head == "onnx":
        return importlib.import_module("patchgrad.interop.onnx_ops").table("READ").get(name)
    if head in PLAIN:
        return getattr(PLAIN[head], name, None)
    if head == "method":
        return _method(name) if hasattr(Tensor, name) else None
    return _function(ROOMS.get(head, ""), name)


def _method(name: str) -> Callable[..., Any]:
    bound = getattr(Tensor, name)
    return bound if callable(bound) else lambda x: getattr(x, name)


def _function(room: str, name: str) -> Callable[..., Any] | None:
    for place in dict.fromkeys((room, "", "nn.functional")):
        module: Any = importlib.import_module("patchgrad")
        for part in filter(None, place.split(".")):
            module = getattr(module, part, None)
        found = getattr(module, name, None)
        if callable(found):
            return found
    return None


def called(word: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """Call what the word means here, with PyTorch's names of arguments."""
    function = meaning(word)
    if function is None:
        raise GraphError(f"{word} has no counterpart in patchgrad")
    if not word.startswith(("onnx.", *PLAIN)):
        args, kwargs = fitted(function, args, kwargs)
    return function(*args, **kwargs)


def fitted(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> tuple[list[Any], dict[str, Any]]:
    """Arguments under the names that the function here gives them."""
    args, named = list(args), dict(kwargs)
    known = _parameters(function)
    if not known:
        return args, named
    if not args and (first := [name for name in FIRST if name in named and name not in known]):
        args = [named.pop(first[0])]
    if "other" in named and "other" not in known and len(args) == 1:
        args.append(named.pop("other"))
    return args, {name: value for name, value in named.items() if name in known or not _says_nothing(name, value)}


def _says_nothing(name: str, value: Any) -> bool:
    """Is this an argument that PyTorch's functions hand on to each other, or one that is switched off?"""
    return name in DROPPED or name.startswith("_") or value is None or value is False


def unknown_arguments(word: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[str]:
    """Names of arguments that the function here does not take."""
    function = meaning(word)
    known = () if function is None or word.startswith(tuple(PLAIN)) else _parameters(function)
    return [name for name in fitted(function, args, kwargs)[1] if name not in known] if known and function else []


@cache
def _parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return ()
    return () if any(entry.kind is entry.VAR_KEYWORD for entry in found) else tuple(entry.name for entry in found)


def here(data: Any) -> Any:
    """Nested data with words in the place of things put into patchgrad's things."""
    if isinstance(data, Word):
        if data.kind == "dtype":
            return as_dtype(data.name)
        return device(data.name) if data.kind == "device" else meaning(data.name)
    return rebuilt(data, here)


def there(data: Any) -> Any:
    """Nested data with words put into PyTorch's things."""
    import torch

    if isinstance(data, Word):
        if data.kind == "dtype":
            return getattr(torch, data.name)
        return torch.device(data.name) if data.kind == "device" else function_there(data.name)
    return rebuilt(data, there)


def function_there(word: str) -> Any:
    """PyTorch's function behind a word."""
    import torch

    head, _, name = word.partition(".")
    if head == "patchgrad":
        return OWN[word]
    module = PLAIN.get(head)
    if module is None:
        module = torch
        for part in filter(None, ROOMS.get(head, "").split(".")):
            module = getattr(module, part)
    return getattr(module, name)


@cache
def _torch_words() -> dict[int, str]:
    """Words of PyTorch's functions by their identity. An earlier room wins."""
    import torch

    rooms = {"torch": torch, "special": torch.special, "linalg": torch.linalg, "fft": torch.fft, **PLAIN}
    found: dict[int, str] = {}
    for head, room in {"functional": torch.nn.functional, **rooms}.items():
        for name, value in vars(room).items():
            if callable(value) and not inspect.ismodule(value) and not name.startswith("_"):
                found.setdefault(id(value), f"{head}.{name}")
    return found


def word_of(function: Any) -> str | None:
    """The word for a function of PyTorch, Python's operators or ``math``."""
    return _torch_words().get(id(function))


def words_for(value: Any) -> Any:
    """PyTorch's dtypes, devices and functions in nested arguments as words."""
    import torch

    if isinstance(value, torch.dtype):
        return Word("dtype", str(value).removeprefix("torch."))
    if isinstance(value, torch.device):
        return Word("device", str(value))
    if callable(value) and word_of(value) is not None:
        return Word("function", str(word_of(value)))
    return value


def known_dtype(word: Word) -> bool:
    try:
        as_dtype(word.name)
    except PatchgradError:
        return False
    return True


def is_dtype(value: Any) -> bool:
    return isinstance(value, dtype)
