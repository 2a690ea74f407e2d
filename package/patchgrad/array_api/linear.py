"""Products of matrices and vectors, for the main namespace and for `linalg`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from patchgrad.array_api.calls import alike, record, tensor
from patchgrad.array_api.elementwise import conj
from patchgrad.array_api.manipulation import axes_in, permute_dims, reshape
from patchgrad.errors import ShapeError
from patchgrad.ops import shapes
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed

__all__ = ["matmul", "matrix_transpose", "tensordot", "vecdot"]

MATMUL, SUM = record("matmul"), record("sum")


def matmul(x1: Tensor, x2: Tensor, /) -> Tensor:
    """The matrix product; stacks of matrices broadcast."""
    return apply(MATMUL, *alike(tensor(x1, "matmul"), tensor(x2, "matmul")))


def matrix_transpose(x: Tensor, /) -> Tensor:
    """Every matrix with rows and columns exchanged."""
    if tensor(x, "matrix_transpose").ndim < 2:
        raise placed(ShapeError("only a matrix has a transpose", got=f"shape {x.shape}", want="(..., rows, columns)"))
    return permute_dims(x, (*range(x.ndim - 2), x.ndim - 1, x.ndim - 2))


def vecdot(x1: Tensor, x2: Tensor, /, *, axis: int = -1) -> Tensor:
    """The products of two sets of vectors: the sum of ``conj(x1) * x2`` along an axis counted from the last."""
    one, two = alike(tensor(x1, "vecdot"), tensor(x2, "vecdot"))
    if not -min(one.ndim, two.ndim) <= axis < 0 and not (one.ndim == two.ndim and 0 <= axis < one.ndim):
        raise placed(ShapeError(f"there is no axis {axis} in both", got=f"shapes {one.shape} and {two.shape}"))
    if one.shape[axis] != two.shape[axis]:
        raise placed(ShapeError("vectors of different sizes have no product", got=f"{one.shape} and {two.shape}"))
    product = (conj(one) if one.dtype.kind == "c" else one) * two
    place = axis % one.ndim if axis >= 0 else axis % product.ndim
    total = apply(SUM, product, axis=place, keepdims=False)
    return total if total.dtype is one.dtype else total.to(dtype=one.dtype)


def tensordot(x1: Tensor, x2: Tensor, /, *, axes: int | tuple[Sequence[int], Sequence[int]] = 2) -> Tensor:
    """Products summed over pairs of axes: the last and first so many, or those named for each tensor."""
    one, two = alike(tensor(x1, "tensordot"), tensor(x2, "tensordot"))
    if isinstance(axes, int):
        axes = (tuple(range(one.ndim - axes, one.ndim)), tuple(range(axes)))
    ours, theirs = axes_in(tuple(axes[0]), one.ndim), axes_in(tuple(axes[1]), two.ndim)
    inner = [one.shape[i] for i in ours]
    if inner != [two.shape[i] for i in theirs]:
        raise placed(ShapeError("the axes to sum over differ", got=f"{one.shape} and {two.shape}, axes={axes}"))
    rest, others = _without(one, ours), _without(two, theirs)
    outer = (tuple(one.shape[i] for i in rest), tuple(two.shape[i] for i in others))
    size = shapes.count(inner)
    left = reshape(permute_dims(one, (*rest, *ours)), (shapes.count(outer[0]), size))
    right = reshape(permute_dims(two, (*theirs, *others)), (size, shapes.count(outer[1])))
    return reshape(apply(MATMUL, left, right), outer[0] + outer[1])


def _without(x: Any, axes: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(i for i in range(x.ndim) if i not in axes)
