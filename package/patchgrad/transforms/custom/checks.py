"""Custom functions compared with finite differences: on request, or by themselves at their first use."""

from __future__ import annotations

import threading
from typing import Any

from patchgrad.errors import GradError
from patchgrad.tensor import Tensor
from patchgrad.transforms.gradcheck import gradcheck

LARGE = 64
"""Functions of more numbers are checked along one direction instead of number by number."""


class _Checking(threading.local):
    wanted = False
    running = False


checking = _Checking()
_checked: set[type] = set()


class check_functions:
    """Compare every custom function with finite differences when it is first used: a switch, or a context.

    A function is checked once in a process, at the inputs of its first call, in float64.
    """

    def __init__(self, mode: bool = True) -> None:
        self._before = checking.wanted
        checking.wanted = bool(mode)

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None:
        checking.wanted = self._before


def first_use(cls: Any, args: tuple[Any, ...]) -> None:
    """Check the class unless that was done, or there is nothing to check here."""
    moving = any(isinstance(entry, Tensor) and entry.requires_grad for entry in args)
    if not moving or cls in _checked or checking.running:
        return
    _checked.add(cls)
    try:
        check(cls, args)
    except BaseException:
        _checked.discard(cls)
        raise


def check(cls: Any, inputs: tuple[Any, ...], **options: Any) -> bool:
    """`gradcheck` of the function on copies of its inputs in float64."""
    copies = [_copy(entry) for entry in inputs]
    if not any(isinstance(entry, Tensor) and entry.requires_grad for entry in copies):
        raise GradError(
            f"there is nothing to check: no argument of {cls.__name__} is a floating tensor",
            got=", ".join(type(entry).__name__ for entry in inputs),
        )
    size = sum(entry.data.size for entry in copies if isinstance(entry, Tensor))
    checking.running = True
    try:
        return gradcheck(cls.apply, copies, **{"fast_mode": size > LARGE, **options})
    except GradError as error:
        error.title = f"{cls.__name__}: {error.title}"
        error.args = (error.title,)
        raise
    finally:
        checking.running = False


def _copy(entry: Any) -> Any:
    if not isinstance(entry, Tensor):
        return entry
    if not entry.dtype.is_floating_point:
        return entry.detach()
    return entry.detach().to(dtype="float64").clone().requires_grad_()
