"""All parameters of a model as one vector, and back."""

from __future__ import annotations

import math
from collections.abc import Iterable

from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.nn.parameter import overwrite
from patchgrad.ops.movement import cat
from patchgrad.tensor import Tensor


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """The values of all parameters one after the other, on the tape: (number of values,)."""
    parts = [parameter.reshape(-1) for parameter in parameters]
    if not parts:
        raise ArgumentError("parameters_to_vector got no parameters", want="at least one")
    return cat(parts, 0)


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Write the values of a vector into the parameters, in order, outside the tape.

    Errors
        ShapeError  if the vector has another number of values; nothing is written.
    """
    targets = list(parameters)
    sizes = [math.prod(target.shape) for target in targets]
    if vec.ndim != 1 or vec.shape[0] != sum(sizes):
        raise ShapeError("vector_to_parameters cannot cut the vector", got=str(vec.shape), want=f"({sum(sizes)},)")
    start = 0
    for target, size in zip(targets, sizes, strict=True):
        overwrite(target, vec.data[start : start + size].reshape(target.shape))
        start += size
