"""Norms of vectors and matrices, and condition numbers.

The derivative of the p-norm is ``sign(x) |x|^(p-1) y^(1-p)``; where it does not exist (0, or equal largest elements)
it is 0 and an even share, as in PyTorch.
"""

from __future__ import annotations

import math
from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.ops import elementwise, linalg_lu, linalg_svd, matrices, movement, shapes
from patchgrad.ops.reduce import spread
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.tensor.precision import under_autocast
from patchgrad.typing import Shape


def _vector_norm(xp: Any, x: Any, p: float, axis: tuple[int, ...], keepdims: bool) -> Any:
    size = xp.abs(x)
    if math.isinf(p):
        return (xp.max if p > 0 else xp.min)(size, axis=axis, keepdims=keepdims)
    if p == 0:
        return xp.sum(xp.astype(size != 0, size.dtype), axis=axis, keepdims=keepdims)
    if p == 1:
        return xp.sum(size, axis=axis, keepdims=keepdims)
    if p == 2:
        return xp.sqrt(xp.sum(size * size, axis=axis, keepdims=keepdims))
    return xp.sum(size**p, axis=axis, keepdims=keepdims) ** (1 / p)


def _vector_norm_shape(x: Shape, *, p: float, axis: tuple[int, ...], keepdims: bool) -> Shape:
    if (p < 0 or math.isinf(p)) and not all(x[i] for i in axis):
        raise ShapeError(
            f"the {p}-norm of nothing is not defined", got=f"shape {tuple(x)}, dim={axis}", want="at least one element"
        )
    return shapes.reduced(x, axis=axis, keepdims=keepdims)


def _vector_norm_rule(xp: Any, ct: Any, s: Any) -> Any:
    x, shape = s.x, s.shape_of("x")
    if s.p == 0:
        return xp.zeros_like(x)
    wide = spread(xp, ct, shape, s.axis, s.keepdims)
    if s.p == 1:
        return wide * xp.sign(x)
    y = spread(xp, s.y, shape, s.axis, s.keepdims)
    if math.isinf(s.p):
        hit = xp.astype(xp.abs(x) == y, ct.dtype)
        return xp.sign(x) * (wide * hit / xp.sum(hit, axis=s.axis, keepdims=True))
    safe = xp.where(y == 0, xp.ones_like(y), y)
    if s.p == 2:
        return x * (wide / safe)
    size = xp.abs(x)
    base = xp.where(size == 0, xp.ones_like(size), size)
    return xp.sign(x) * (base ** (s.p - 1) * wide * safe ** (1 - s.p))


def _norm_samples(draw: Any) -> list[Sample]:
    return [
        Sample((draw(2, 3, low=0.5),), {"p": p, "axis": (1,), "keepdims": keep}, f"p={p}")
        for p, keep in ((2.0, False), (1.0, True), (3.0, False), (0.5, False), (math.inf, False), (-math.inf, False))
    ] + [Sample((draw(2, 3, 2, low=0.5),), {"p": 2.0, "axis": (0, 2), "keepdims": False}, "two axes")]


VECTOR_NORM = define(
    "vector_norm",
    inputs=("x",),
    forward=_vector_norm,
    shape=_vector_norm_shape,
    dtype=lambda kinds, attrs: matrices.real_kind(kinds[0]),
    saves=("x", "y"),
    vjps={"x": _vector_norm_rule},
    cost=lambda x, **_: 2 * shapes.count(x),
    formula=r"\left(\sum |x|^p\right)^{1/p}",
    samples=_norm_samples,
    errors=lambda draw: [Sample((draw(2, 0),), {"p": math.inf, "axis": (1,), "keepdims": False})],
)


def _axes(dim: Any, ndim: int) -> tuple[int, ...]:
    try:
        return shapes.axes_in(list(dim) if isinstance(dim, tuple) else dim, ndim)
    except ShapeError as error:
        raise placed(error) from None


def _cast(x: Any, dtype: Any) -> Any:
    return x if dtype is None else x.to(dtype=dtype)


def vector_norm(x: Any, ord: float = 2, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """``(sum |x|^ord)^(1/ord)`` over ``dim`` (None: all axes); also 0 (how many are not 0), inf and -inf.

    Shapes
        x (...)  ->  without the axes ``dim``; real also for complex ``x``
    """
    x = _cast(x, dtype)
    matrices.check_dtype("linalg.vector_norm", x)
    if not isinstance(ord, (int, float)):
        raise placed(
            ArgumentError("a vector norm's order is a number", got=f"ord={ord!r}", hint="see linalg.matrix_norm")
        )
    axes = _axes(None if dim in ((), []) else dim, x.ndim)
    return apply(VECTOR_NORM, x, p=float(ord), axis=axes, keepdims=keepdim)


def matrix_norm(A: Any, ord: Any = "fro", dim: Any = (-2, -1), keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """The norm of matrices in the axes ``dim``.

    Parameters
        ord  "fro"; "nuc": sum of singular values; 2, -2: the largest, smallest; 1, -1: the largest, smallest sum of
             a column's absolute values; inf, -inf: of a row's
    """
    if dtype is not None:
        return matrix_norm(_cast(A, dtype), ord, dim, keepdim)
    matrices.check_dtype("linalg.matrix_norm", A)
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
