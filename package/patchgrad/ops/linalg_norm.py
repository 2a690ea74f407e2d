"""Norms of vectors and matrices, and condition numbers.

All are made of the op ``norm`` and of singular values.
"""

from __future__ import annotations

import math
from typing import Any

from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.ops import elementwise, linalg_lu, linalg_svd, matrices, movement, shapes
from patchgrad.ops.out import takes_out
from patchgrad.ops.vector_norm import NORM
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.tensor.precision import under_autocast


def _axes(dim: Any, ndim: int) -> tuple[int, ...]:
    try:
        return shapes.axes_in(list(dim) if isinstance(dim, tuple) else dim, ndim)
    except ShapeError as error:
        raise placed(error) from None


def _cast(x: Any, dtype: Any) -> Any:
    return x if dtype is None else x.to(dtype=dtype)


@takes_out
def vector_norm(x: Any, ord: float = 2, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """``(sum |x|^ord)^(1/ord)`` over ``dim`` (None: all axes); also 0 (how many are not 0), inf and -inf.

    Shapes
        x (...)  ->  without the axes ``dim``; real also for complex ``x``
    """
    x = _cast(x, dtype)
    matrices.check_dtype("linalg.vector_norm", x, low=True)
    if not isinstance(ord, (int, float)):
        raise placed(
            ArgumentError("a vector norm's order is a number", got=f"ord={ord!r}", hint="see linalg.matrix_norm")
        )
    axes = _axes(None if dim in ((), []) else dim, x.ndim)
    if (ord < 0 or math.isinf(ord)) and not all(x.shape[i] for i in axes):
        raise placed(
            ShapeError(
                f"the {ord}-norm of nothing is not defined", got=f"shape {x.shape}, dim={dim}", want="an element"
            )
        )
    return apply(NORM, x, p=float(ord), axis=axes, keepdims=keepdim)


@takes_out
def matrix_norm(A: Any, ord: Any = "fro", dim: Any = (-2, -1), keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """The norm of matrices in the axes ``dim``.

    Parameters
        ord  "fro"; "nuc": sum of singular values; 2, -2: the largest, smallest; 1, -1: the largest, smallest sum of
             a column's absolute values; inf, -inf: of a row's
    """
    if dtype is not None:
        return matrix_norm(_cast(A, dtype), ord, dim, keepdim)
    matrices.check_dtype("linalg.matrix_norm", A, low=ord == "fro")
    rows, columns = _matrix_axes(A, dim)
    if ord == "fro":
        return vector_norm(A, 2, (rows, columns), keepdim)
    if ord == "nuc" or ord in (2, -2):
        sizes = linalg_svd.svdvals(movement.movedim(movement.movedim(A, rows, -1), columns - (columns > rows), -1))
        found: Any = sizes.sum(-1) if ord == "nuc" else _extreme(sizes, -1, ord)
        return found.reshape([1 if i in (rows, columns) else n for i, n in enumerate(A.shape)]) if keepdim else found
    if ord not in (1, -1, math.inf, -math.inf):
        raise placed(
            ArgumentError(
                "linalg.matrix_norm has no such order", got=f"ord={ord!r}", want="fro, nuc, 1, 2, inf or negative"
            )
        )
    inner, other = (columns, rows) if math.isinf(ord) else (rows, columns)
    sums = vector_norm(A, 1, inner, keepdim=True)
    found = _extreme(sums, other, ord)
    found = movement.unsqueeze(found, other)
    return found if keepdim else movement.squeeze(found, (rows, columns))


def _extreme(sizes: Any, axis: int, order: float) -> Any:
    """The largest, or with a negative order the smallest; 0 is the largest of none."""
    if order < 0:
        if not sizes.shape[axis]:
            raise placed(ShapeError(f"the norm of order {order} of nothing is not defined", got=f"shape {sizes.shape}"))
        return sizes.amin(axis)
    return sizes.amax(axis) if sizes.shape[axis] else sizes.detach().sum(axis)


def _matrix_axes(A: Any, dim: Any) -> tuple[int, ...]:
    axes = (dim,) if isinstance(dim, int) else tuple(dim)
    if len(axes) != 2 or A.ndim < 2:
        raise placed(ShapeError("a matrix has two axes", got=f"dim={dim} for shape {A.shape}", want="two axes"))
    return _axes(axes, A.ndim)


@takes_out
def norm(A: Any, ord: Any = None, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """`vector_norm` or `matrix_norm`, as ``dim`` has one axis or two.

    Without ``ord`` the 2-norm of all elements; with ``ord`` and without ``dim`` a vector or a matrix is wanted.
    """
    if ord is None:
        return vector_norm(A, 2, dim, keepdim, dtype=dtype)
    if dim is None:
        if A.ndim not in (1, 2):
            raise placed(ShapeError("say over which axes", got=f"shape {A.shape}, ord={ord!r}", hint="dim=(-2, -1)"))
        dim = tuple(range(A.ndim))
    axes = (dim,) if isinstance(dim, int) else tuple(dim)
    if len(axes) == 1:
        return vector_norm(A, ord, axes, keepdim, dtype=dtype)
    return matrix_norm(A, ord, axes, keepdim, dtype=dtype)


@takes_out
@under_autocast
def cond(A: Any, p: Any = None) -> Tensor:
    """How much a solution may move with its equation: ``norm(A, p) * norm(inv(A), p)``; inf for a singular matrix.

    Without ``p``, and for 2 and -2, the ratio of the largest and smallest singular value, for matrices of any shape.
    """
    matrices.check("linalg.cond", A, square=p not in (None, 2, -2))
    if not shapes.count(A.shape):
        return Tensor(A.backend.xp.zeros(A.shape[:-2], dtype=matrices.real_kind(A.data.dtype)))
    if p in (None, 2, -2):
        sizes = linalg_svd.svdvals(A)
        return sizes[..., -1] / sizes[..., 0] if p == -2 else sizes[..., 0] / sizes[..., -1]
    inverse, info = linalg_lu.inv_ex(A)
    product = matrix_norm(A, p) * matrix_norm(inverse, p)
    return elementwise.where(info == 0, product, math.inf)
