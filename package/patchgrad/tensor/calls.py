"""Calls whose arguments do not fit the parameters: layers called, and layers, optimizers and others made.

Python says so before any code of ours runs. It is asked again here, after the failure, and the answer is written in the
user's names.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

from patchgrad.autograd.provenance import is_users
from patchgrad.errors import CallError, PatchgradError, UnknownNameError, near
from patchgrad.tensor.foreign import is_foreign, not_a_tensor, shown


def refusal(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any], error: Exception) -> PatchgradError | None:
    """What to raise in place of the error that ended a call of ``module``; None for the error as it is.

    An error of the user's own code is theirs. One that came up in this package is often that of an input which is no
    tensor, or of an argument too many.
    """
    name = type(module).__name__
    if isinstance(error, PatchgradError) and not isinstance(error, UnknownNameError):
        return error
    found = mismatch(module.forward, name, args, kwargs) if isinstance(error, TypeError) else None
    if found is None and isinstance(error, (TypeError, AttributeError, ValueError)) and _is_ours(error):
        strange = [entry for entry in (*args, *kwargs.values()) if is_foreign(entry)]
        found = not_a_tensor(name, "x", strange[0], "a tensor") if strange else None
    return found or (error if isinstance(error, PatchgradError) else None)


def _is_ours(error: Exception) -> bool:
    """Was it raised in this package, and not in code of the user's that was called from here?"""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and not is_users(trace.tb_frame.f_code)


def mismatch(
    function: Callable[..., Any], name: str, args: tuple[Any, ...], kwargs: dict[str, Any], *, skip: int = 0
) -> CallError | None:
    """The error of calling ``function``, known to people as ``name``; None if its arguments fit.

    ``skip`` arguments in front (``self``) are not shown.
    """
    signature = inspect.signature(function)
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        parameters = list(signature.parameters.values())[skip:]
        wanted = signature.replace(parameters=parameters, return_annotation=inspect.Signature.empty)
        names = [entry.name for entry in parameters]
        return CallError(
            f"{name} cannot be called in this way: {error}",
            got=f"{name}({_text(args[skip:], kwargs)})",
            want=f"{name}{_plain(wanted)}",
            hint=_hint(kwargs, names, str(error)),
        )
    return None


def _text(args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    return ", ".join([*map(shown, args), *(f"{name}={shown(value)}" for name, value in kwargs.items())])


def _plain(signature: inspect.Signature) -> str:
    """The parameters and their defaults, without types."""
    bare = [entry.replace(annotation=inspect.Parameter.empty) for entry in signature.parameters.values()]
    return str(signature.replace(parameters=bare))


def _hint(kwargs: dict[str, Any], names: list[str], error: str) -> str:
    unknown = next((name for name in kwargs if name not in names), None)
    if unknown is not None:
        return near(unknown, names) or f"leave {unknown}= out"
    if "missing" in error:
        return "give " + error.rpartition(": ")[2].replace("'", "")
    return "leave the last argument out" if "too many" in error else ""


class Constructed:
    """A class whose constructors, and those of its subclasses, say in the user's names which argument does not fit."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        init = cls.__dict__.get("__init__")
        if inspect.isfunction(init):
            cls.__init__ = _teaching(init, cls)  # type: ignore[method-assign]


def _teaching(init: Callable[..., None], cls: type) -> Callable[..., None]:
    @wraps(init)
    def __init__(self: Any, /, *args: Any, **kwargs: Any) -> None:
        try:
            init(self, *args, **kwargs)
        except TypeError as error:
            if error.__traceback__ is not None and error.__traceback__.tb_next is None:
                raise mismatch(init, cls.__name__, (self, *args), kwargs, skip=1) or error from None
            raise

    return __init__
