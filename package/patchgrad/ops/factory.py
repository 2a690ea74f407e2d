"""What all functions that make tensors take, beside what each says for itself: out, layout, requires_grad and more."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar, cast, overload

from patchgrad.backend import get_backend
from patchgrad.backend.device import chosen
from patchgrad.backend.device import device as Device
from patchgrad.errors import ArgumentError, PatchgradError
from patchgrad.ops.out import into, with_keywords
from patchgrad.ops.shapes import whole
from patchgrad.tensor import Tensor
from patchgrad.tensor.calls import mismatch
from patchgrad.tensor.foreign import out_of_memory, shown

P = ParamSpec("P")
R = TypeVar("R", covariant=True)
MORE = {"out": None, "layout": None, "pin_memory": False, "requires_grad": False, "memory_format": None}
TAKES_ANY_NUMBER = 0x04
"""The flag in a function's code that says it has ``*args``."""


class Factory(Protocol[P, R]):
    """A function that makes a tensor, and the same with more keywords."""

    __name__: str

    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R: ...
    @overload
    def __call__(self, *args: Any, **kwargs: Any) -> R: ...


def factory(function: Callable[P, R]) -> Factory[P, R]:
    """Let a function that makes a tensor (with ``dtype=`` and ``device=``) take what all of them take.

    Without ``device`` it is made on the default device. Sizes may also come as ``size=``.
    """
    return _factory(function, lambda device: chosen(device))


def likeness(function: Callable[P, R]) -> Factory[P, R]:
    """As `factory`, for a function whose tensor lies where another one lies."""
    return _factory(function, lambda device: device)


def _factory(function: Callable[P, R], place: Callable[[Any], Any]) -> Factory[P, R]:
    make: Any = function
    sized = bool(make.__code__.co_flags & TAKES_ANY_NUMBER)

    @wraps(function)
    def call(
        *args: Any,
        device: Any = None,
        out: Any = None,
        layout: Any = None,
        pin_memory: bool = False,
        requires_grad: bool = False,
        memory_format: Any = None,
        **kwargs: Any,
    ) -> Any:
        if out is not None:
            device = out.device
            if kwargs.get("dtype") is None:
                kwargs["dtype"] = out.dtype
        if sized and "size" in kwargs:
            args = (*args, kwargs.pop("size"))
        try:
            found = _made(make, args, {**kwargs, "device": place(device)})
        except (TypeError, ValueError, OverflowError, MemoryError) as error:
            raise error if isinstance(error, PatchgradError) else _refused(make, args, kwargs, error) from None
        if layout is not None or pin_memory or memory_format is not None:
            found = _laid(found, layout, pin_memory, memory_format)
        found = found if out is None else into(out, found)
        return found.requires_grad_() if requires_grad else found

    told: Any = call
    told.__signature__ = with_keywords(function, MORE)
    return cast("Factory[P, R]", call)


def _refused(make: Any, args: tuple[Any, ...], kwargs: dict[str, Any], error: Exception) -> PatchgradError:
    """Why no tensor can be made of this: too large, a name that is none, a size that is none."""
    name = make.__name__
    if isinstance(error, MemoryError):
        return out_of_memory(f"the result of {name}", error)
    told = mismatch(make, name, args, kwargs)
    if told is not None:
        return told
    for entry in args:
        whole(entry if isinstance(entry, (tuple, list)) else () if entry is None else (entry,))
    given = [*map(shown, args), *(f"{key}={shown(value)}" for key, value in kwargs.items())]
    return ArgumentError(f"{name} failed: {error}", got=f"{name}({', '.join(given)})", hint=f"help(pg.{name})")


def _made(make: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """On the GPU of that number where one is named."""
    where = kwargs["device"]
    if where is None or (isinstance(where, str) and ":" not in where) or Device(where).index is None:
        return make(*args, **kwargs)
    with get_backend(where).at(Device(where)):
        return make(*args, **kwargs)


def _laid(found: Tensor, layout: Any, pin_memory: bool, memory_format: Any) -> Tensor:
    from patchgrad.ops import layouts, moving

    layouts.wants_strided(layout)
    found = layouts.arranged(found, memory_format)
    return moving.pin_memory(found) if pin_memory else found
