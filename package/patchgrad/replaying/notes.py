"""What a recording notes of a step: operations on numbered values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from patchgrad.autograd.op import OpSpec
from patchgrad.tensor.tensor import Tensor


@dataclass(frozen=True, slots=True)
class Value:
    """A value that the step computes or is given, by its number."""

    number: int


@dataclass(frozen=True, slots=True)
class Held:
    """A tensor that was there before the step: a parameter, a buffer. Its array is not kept: optimizers may move it."""

    tensor: Tensor


UNKNOWN = object()
Source = Any
"""Where an input comes from: a `Value`, a `Held` tensor, or a constant."""


@dataclass(slots=True)
class Forward:
    """An op that ran."""

    op: OpSpec
    inputs: list[Source]
    attrs: dict[str, Any]
    outputs: list[Value]
    scalar: bool
    """There is one output, of one number, for which NumPy gives no array."""


@dataclass(slots=True)
class Cast:
    """An array cast to the dtype of those beside it."""

    source: Source
    kind: Any
    output: Value


@dataclass(slots=True)
class Again:
    """A function of tensors that is called again; it draws random numbers, or writes a buffer."""

    function: Callable[..., Any]
    arguments: list[Source]
    output: Value | None


@dataclass(slots=True)
class Action:
    """What changes parameters or gradients: called in its place, in order."""

    function: Callable[..., Any]
    arguments: list[Any]
    final: bool
    """It cannot be done twice."""


@dataclass(slots=True)
class Gradient:
    """A gradient is added to that of a leaf."""

    leaf: Tensor
    source: Source


@dataclass(slots=True)
class Entry:
    """What the tape kept of an op, by name: as much of a `Node` as a gradient rule and `World.fit` read."""

    op: OpSpec
    backend: Any
    attrs: dict[str, Any]
    saved: dict[str, Any]
    shapes: Any
    dtypes: Any


@dataclass(slots=True)
class Rules:
    """The gradient rules of one node ran: ``outputs`` holds a value for each gradient that was wanted and given."""

    entry: Entry
    wanted: list[bool]
    cotangents: list[Source]
    outputs: list[Value | None]


@dataclass(slots=True)
class Fit:
    """A gradient in the shape and dtype of its input."""

    entry: Entry
    index: int
    source: Source
    output: Value


@dataclass(slots=True)
class Sum:
    """Two cotangents of one value, added up."""

    a: Source
    b: Source
    output: Value
