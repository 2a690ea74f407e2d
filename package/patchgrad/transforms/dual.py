"""Forward mode tensor by tensor, as in PyTorch: dual numbers inside ``with dual_level():``.

The tangent of a tensor is found when it is unpacked, along the tape; so the computation must be taped.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from patchgrad.autograd.node import Node
from patchgrad.autograd.reverse import reachable
from patchgrad.autograd.state import is_grad_enabled
from patchgrad.errors import ArgumentError, GradError, ShapeError
from patchgrad.tensor import Tensor, forward
from patchgrad.tensor.explain import placed


class UnpackedDualTensor(NamedTuple):
    """A tensor without its tangent, and the tangent; None where it does not move."""

    primal: Tensor
    tangent: Tensor | None


class _Levels(threading.local):
    def __init__(self) -> None:
        self.stack: list[dict[Any, Tensor]] = []


_levels = _Levels()


def enter_dual_level() -> int:
    """Begin a level; returns its number. PyTorch has one at a time, and so is it here."""
    if _levels.stack:
        raise placed(
            GradError(
                "levels of forward mode cannot be nested", got="a level inside another", hint="nest pg.func.jvp instead"
            )
        )
    _levels.stack.append({})
    return 0


def exit_dual_level(*, level: int | None = None) -> None:
    """End the level, and forget its tangents."""
    if not _levels.stack:
        raise placed(GradError("there is no level of forward mode to leave", got="exit_dual_level() outside of one"))
    _levels.stack.pop()


@contextmanager
def dual_level() -> Iterator[int]:
    """A level of forward mode: inside, tensors may have tangents."""
    level = enter_dual_level()
    try:
        yield level
    finally:
        exit_dual_level()


def make_dual(tensor: Tensor, tangent: Tensor, *, level: int | None = None) -> Tensor:
    """The same values, moving by ``tangent``."""
    tangents = _current("make_dual")
    if tensor.data.dtype.kind not in "fc" or tensor.data.dtype != tangent.data.dtype:
        raise placed(
            ArgumentError(
                "a tensor and its tangent have one floating dtype", got=f"{tensor.dtype.name} and {tangent.dtype.name}"
            )
        )
    if tensor.shape != tangent.shape:
        raise placed(
            ShapeError("a tangent has the shape of its tensor", got=f"{tangent.shape}", want=f"{tensor.shape}")
        )
    out = forward.fresh(tensor)
    tangents[(out.node, 0)] = tangent
    return out


def unpack_dual(tensor: Tensor, *, level: int | None = None) -> UnpackedDualTensor:
    """A tensor without its tangent, and how it moves with the tensors that were made dual."""
    tangents = _current("unpack_dual")
    own = {node for node, _ in tangents}
    order = reachable([tensor.node])
    if not own & set(order):
        return UnpackedDualTensor(tensor, None)
    elsewhere = any(_is_end(parent) for node in order for parent in node.parents)
    taped = is_grad_enabled() and (elsewhere or any(entry.requires_grad for entry in tangents.values()))
    (moved,) = forward.push([tensor], tangents, create_graph=taped)
    return UnpackedDualTensor(tensor if taped else Tensor(tensor.data), moved)


def _is_end(parent: Any) -> bool:
    return parent is not None and type(parent) is not Node


def _current(name: str) -> dict[Any, Tensor]:
    if not _levels.stack:
        raise placed(
            GradError(f"{name} needs a level of forward mode", got="no level", hint="with forward_ad.dual_level():")
        )
    return _levels.stack[-1]
