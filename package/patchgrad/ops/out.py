"""``out=``: results written into tensors that are handed in, as PyTorch does it, for any function."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import wraps
from inspect import Parameter, signature
from typing import Any, ParamSpec, Protocol, TypeVar, cast, overload

from patchgrad.autograd.state import state
from patchgrad.errors import ArgumentError, DeviceError, GradError, ShapeError
from patchgrad.tensor import Tensor, views
from patchgrad.tensor.explain import placed

P = ParamSpec("P")
R = TypeVar("R", covariant=True)


class TakesOut(Protocol[P, R]):
    """A function, and the same with ``out=``: a tensor, or a tuple of them where there are several results."""

    __name__: str

    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R: ...
    @overload
    def __call__(self, *args: Any, out: Any, **kwargs: Any) -> R: ...


def takes_out(function: Callable[P, R]) -> TakesOut[P, R]:
    """Let a function write its result into ``out`` where one is given, and take NumPy's names for its arguments."""
    named = numpys_names(function)

    @wraps(function)
    def call(*args: Any, out: Any = None, **kwargs: Any) -> Any:
        found = named(*args, **kwargs)
        return found if out is None else into(out, found)

    told: Any = call
    told.without_out = function
    told.__signature__ = with_keywords(function, {"out": None})
    return cast("TakesOut[P, R]", call)


NUMPYS_NAMES = {"axis": "dim", "keepdims": "keepdim", "x": "input", "x2": "other"}
"""Names that PyTorch takes beside its own."""


def numpys_names(function: Callable[P, R]) -> Callable[P, R]:
    """Let a function take NumPy's names for its arguments too: ``axis=1, keepdims=True``."""
    parameters = signature(function).parameters
    names = [(name, own) for name, own in NUMPYS_NAMES.items() if own in parameters and name not in parameters]
    if not names:
        return function

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if kwargs:
            for name, own in names:
                if name in kwargs:
                    kwargs[own] = kwargs.pop(name)
        return function(*args, **kwargs)

    return cast("Callable[P, R]", call)


def with_keywords(function: Callable[..., Any], keywords: dict[str, Any]) -> Any:
    """The signature of a function that takes more by keyword, with these defaults."""
    found = signature(function)
    own = list(found.parameters.values())
    rest = [own.pop()] if own and own[-1].kind is Parameter.VAR_KEYWORD else []
    more = [
        Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation="Any")
        for name, default in keywords.items()
        if name not in found.parameters
    ]
    return found.replace(parameters=[*own, *more, *rest])


def into(out: Any, found: Any) -> Any:
    """``found``, written into ``out`` where one is given, which is returned.

    An ``out`` of another shape gets that of the result: without a word if it is empty, else with a warning.

    Errors
        GradError      if a gradient is wanted of the result or of ``out``.
        DtypeError     if ``out`` holds numbers of a lower kind.
        ShapeError     if it has another shape and shares its memory.
        ArgumentError  for what is no tensor, or a wrong number of them.
    """
    if out is None:
        return found
    if isinstance(found, tuple):
        return _several(out, cast("tuple[Any, ...]", found))
    if not isinstance(out, Tensor):
        raise placed(ArgumentError("out= wants a tensor", got=type(out).__name__))
    _refuse(out, found)
    if out.shape != found.shape:
        _resize(out, found)
    elif out.data is not found.data:
        views.store(out, found)
    return out


def _several(out: Any, found: tuple[Any, ...]) -> Any:
    """Several results into as many tensors, in a tuple of the same kind."""
    if not isinstance(out, (tuple, list)) or len(cast("list[Any]", out)) != len(found):
        raise placed(
            ArgumentError(
                "out= wants one tensor for each result", got=type(out).__name__, want=f"a tuple of {len(found)} tensors"
            )
        )
    written = [into(target, result) for target, result in zip(cast("list[Any]", out), found, strict=True)]
    return found._make(written) if hasattr(found, "_make") else tuple(written)  # type: ignore[attr-defined]


def _refuse(out: Tensor, found: Tensor) -> None:
    if found.requires_grad or (out.requires_grad and state.grad_enabled):
        raise placed(GradError("a result written into out= has no gradient", hint="leave out= away, or use no_grad()"))
    views.refuse_cast("out=", out, found)
    if out.backend is not found.backend and out.backend.depth == found.backend.depth:
        raise placed(DeviceError("out= lies on another device", got=f"{out.device}", want=f"{found.device}"))


def _resize(out: Tensor, found: Tensor) -> None:
    if out.lineage is not None:
        raise placed(ShapeError("out= has another shape", got=f"{out.shape}", want=f"{found.shape}"))
    if out.data.size:
        warnings.warn(
            f"out= of shape {tuple(out.shape)} is resized to {tuple(found.shape)}: hand in one of the result's shape, "
            "or an empty one",
            UserWarning,
            stacklevel=4,
        )
    out.data = found.data.astype(out.data.dtype)
    views.bump(out)
