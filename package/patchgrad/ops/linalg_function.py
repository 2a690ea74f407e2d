"""Powers and exponentials of matrices, and matrices made of vectors.

The exponential: Higham 2005, "The scaling and squaring method for the matrix exponential revisited", algorithm 2.3 with
the approximant of degree 13. Its rule: Najfeld and Havel 1995, "Derivatives of the matrix exponential and their
computation": the derivative stands in a corner of the exponential of a matrix twice as large.
"""

from __future__ import annotations

from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.ops import diagonals, elementwise, linalg_inverse, matrices, movement, shapes
from patchgrad.ops.linalg import matmul
from patchgrad.ops.matrices import adjoint
from patchgrad.ops.out import takes_out
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.tensor.precision import under_autocast

__all__ = ["cross", "matrix_exp", "matrix_power", "vander"]
METHODS = "cross matrix_exp matrix_power"

PADE = (
    64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000, 10559470521600,
    670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1,
)  # fmt: skip
"""Coefficients of the numerator of degree 13."""
REACH = 5.371920351148152
"""Up to which 1-norm that approximant is exact to double precision."""


def _matrix_exp(xp: Any, a: Any) -> Any:
    if not shapes.count(a.shape):
        return xp.zeros_like(a)
    norm = xp.max(xp.sum(xp.abs(a), axis=-2), axis=-1)
    norm = xp.where(xp.isfinite(norm), norm, xp.zeros_like(norm))
    halvings = xp.ceil(xp.log2(xp.clip(norm / REACH, 1.0, None)))[..., None, None]
    found = _approximant(xp, a / 2**halvings)
    for i in range(int(xp.max(halvings))):
        found = xp.where(halvings > i, xp.matmul(found, found), found)
    return found


def _approximant(xp: Any, a: Any) -> Any:
    b = [entry / PADE[0] for entry in PADE]
    one = xp.eye(a.shape[-1], dtype=a.dtype)
    a2 = xp.matmul(a, a)
    a4 = xp.matmul(a2, a2)
    a6 = xp.matmul(a4, a2)
    odd = xp.matmul(a6, b[13] * a6 + b[11] * a4 + b[9] * a2) + b[7] * a6 + b[5] * a4 + b[3] * a2 + b[1] * one
    even = xp.matmul(a6, b[12] * a6 + b[10] * a4 + b[8] * a2) + b[6] * a6 + b[4] * a4 + b[2] * a2 + b[0] * one
    u = xp.matmul(a, odd)
    return xp.linalg.solve(even - u, even + u)


def _matrix_exp_rule(xp: Any, ct: Any, s: Any) -> Any:
    n = s.shape_of("a")[-1]
    ah = adjoint(xp, s.a)
    above = xp.concat((ah, ct), axis=-1)
    below = xp.concat((xp.zeros_like(ah), ah), axis=-1)
    return xp.ops.matrix_exp(xp.concat((above, below), axis=-2))[..., :n, n:]


MATRIX_EXP = define(
    "matrix_exp",
    inputs=("a",),
    batching="leading",
    forward=_matrix_exp,
    shape=lambda a: matrices.matrix("linalg.matrix_exp", a, square=True),
    dtype="same",
    saves=("a",),
    vjps={"a": _matrix_exp_rule},
    cost=lambda a: 16 * shapes.count(a) * a[-1],
    formula=r"\sum_k A^k / k!",
    samples=lambda draw: [
        Sample((draw(3, 3),)),
        Sample((draw(2, 2, 2, low=-6.0, high=6.0),), label="batch, halved"),
        Sample((draw(0, 2, 2),), label="empty"),
    ],
    errors=lambda draw: [Sample((draw(2, 3),)), Sample((draw(3),), label="a vector")],
)


@takes_out
def matrix_exp(input: Any) -> Tensor:
    """The exponential of square matrices, the sum of ``A^k / k!``: (..., n, n) -> (..., n, n)."""
    matrices.check("linalg.matrix_exp", input, square=True)
    return apply(MATRIX_EXP, input)


@takes_out
def matrix_power(input: Any, n: int) -> Tensor:
    """The product of ``n`` copies of square matrices, by repeated squaring; negative ``n``: of their inverses."""
    try:
        matrices.matrix("linalg.matrix_power", input.shape, square=True)
    except ShapeError as error:
        raise placed(error) from None
    if not isinstance(n, int):
        raise placed(ArgumentError("matrix_power takes a whole number", got=f"n={n!r}", want="an int"))
    if n < 0:
        return matrix_power(linalg_inverse.inv(input), -n)
    if n == 0:
        eye = Tensor(input.backend.xp.eye(input.shape[-1], dtype=input.data.dtype))
        return elementwise.where(Tensor(input.backend.xp.asarray(False)), input, eye)
    found: Any = None
    square = input
    while True:
        if n & 1:
            found = square if found is None else matmul(found, square)
        n >>= 1
        if not n:
            return found if found is not input else movement.clone(input)
        square = matmul(square, square)


def vander(x: Any, N: int | None = None, increasing: bool = False) -> Tensor:
    """Powers of the elements of a vector as columns, falling: (n,) -> (n, N); N is n if left out."""
    if x.ndim != 1:
        raise placed(ShapeError("vander takes a vector", got=f"shape {x.shape}", want="shape (n,)"))
    found = vander_rows(x, N)
    return found if increasing or not found.shape[-1] else movement.flip(found, (-1,))


def vander_rows(x: Any, N: int | None = None) -> Tensor:
    """Powers 0 to N - 1 of each element along a new last axis: (..., n) -> (..., n, N); `linalg.vander`."""
    if x.ndim < 1 and N is None:
        raise placed(ShapeError("vander takes vectors", got=f"shape {x.shape}", want="shape (..., n)"))
    x = x if x.dtype.kind in "fc" else x.to(dtype="int64")
    x = x if x.ndim else movement.unsqueeze(x, 0)
    count = x.shape[-1] if N is None else N
    if count < 0:
        raise placed(ArgumentError("vander cannot have so many columns", got=f"N={N}", want="0 or more"))
    powers = [Tensor(x.backend.xp.ones(x.shape, dtype=x.data.dtype))]
    while len(powers) < count:
        powers.append(powers[-1] * x)
    return movement.stack(powers, -1)[..., :count]


def diagonal(A: Any, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """`diagonal` of the last two axes: (..., n, m) -> (..., k)."""
    return diagonals.diagonal(A, offset, dim1, dim2)


@takes_out
@under_autocast
def cross_along(input: Any, other: Any, *, dim: int = -1) -> Tensor:
    """The vector product along ``dim``, which has size 3; other axes broadcast. `linalg.cross`."""
    if input.ndim != other.ndim:
        raise placed(ShapeError("cross takes equally many axes", got=f"{input.shape} and {other.shape}"))
    axis = shapes.axis_in(dim, input.ndim)
    if not input.ndim or input.shape[axis] != 3 or other.shape[axis] != 3:
        raise placed(
            ShapeError("cross takes vectors of three", got=f"{input.shape} and {other.shape}, dim={dim}", want="size 3")
        )
    a, b = ([movement.unsqueeze(part, axis) for part in movement.unbind(x, axis)] for x in (input, other))
    parts = [a[i] * b[j] - a[j] * b[i] for i, j in ((1, 2), (2, 0), (0, 1))]
    return movement.cat(parts, axis)


@takes_out
@under_autocast
def cross(input: Any, other: Any, dim: int | None = None) -> Tensor:
    """`linalg.cross`; without ``dim`` along the first axis of size 3."""
    if dim is None:
        dim = next((i for i, size in enumerate(input.shape) if size == 3), None)
        if dim is None:
            raise placed(
                ShapeError("cross takes vectors of three", got=f"shape {input.shape}", want="an axis of size 3")
            )
    return cross_along(input, other, dim=dim)
