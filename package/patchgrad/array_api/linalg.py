"""The standard's linear algebra. Stacks of matrices are worked on matrix by matrix."""

from __future__ import annotations

from typing import Any, NamedTuple

from patchgrad.array_api.calls import alike, record, tensor
from patchgrad.array_api.creation import eye
from patchgrad.array_api.data_types import finfo
from patchgrad.array_api.elementwise import abs, multiply
from patchgrad.array_api.linear import matmul, matrix_transpose, tensordot, vecdot
from patchgrad.array_api.manipulation import axes_in, broadcast_shapes, broadcast_to, expand_dims, reshape, roll
from patchgrad.array_api.statistical import max, min, sum
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.ops import (
    diagonals,
    linalg_cholesky,
    linalg_det,
    linalg_factor,
    linalg_inverse,
    linalg_pinv,
    linalg_spectral,
    linalg_svd,
)
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed

__all__ = [
    "cholesky", "cross", "det", "diagonal", "eig", "eigh", "eigvals", "eigvalsh", "inv", "matmul", "matrix_norm",
    "matrix_power", "matrix_rank", "matrix_transpose", "outer", "pinv", "qr", "slogdet", "solve", "svd", "svdvals",
    "tensordot", "trace", "vecdot", "vector_norm",
]  # fmt: skip


SOLVE = record("solve")


class Eigen(NamedTuple):
    """Eigenvalues, and eigenvectors as columns."""

    eigenvalues: Tensor
    eigenvectors: Tensor


class Factors(NamedTuple):
    """Orthonormal columns, and an upper triangle."""

    Q: Tensor
    R: Tensor


class SignAndLog(NamedTuple):
    """A determinant as its sign and the logarithm of its magnitude."""

    sign: Tensor
    logabsdet: Tensor


class Singular(NamedTuple):
    """Left vectors as columns, singular values, right vectors as rows."""

    U: Tensor
    S: Tensor
    Vh: Tensor


def _matrices(x: Tensor, function: str, *, square: bool = False) -> Tensor:
    if tensor(x, function).ndim < 2 or (square and x.shape[-1] != x.shape[-2]):
        raise placed(
            ShapeError(f"{function} takes {'square ' * square}matrices", got=f"shape {x.shape}", want="(..., n, m)")
        )
    return x


def cholesky(x: Tensor, /, *, upper: bool = False) -> Tensor:
    """The triangular factor of positive definite matrices: ``x = L @ conj(L).mT``, or ``x = conj(U).mT @ U``."""
    return linalg_cholesky.cholesky(_matrices(x, "cholesky", square=True), upper=upper)


def cross(x1: Tensor, x2: Tensor, /, *, axis: int = -1) -> Tensor:
    """Products of vectors of three numbers along an axis; the other axes broadcast."""
    one, two = alike(tensor(x1, "cross"), tensor(x2, "cross"))
    if any(not -entry.ndim <= axis < entry.ndim or entry.shape[axis] != 3 for entry in (one, two)):
        raise placed(ShapeError("cross takes vectors of 3 numbers", got=f"{one.shape} and {two.shape}, axis={axis}"))
    one, two = (broadcast_to(entry, broadcast_shapes(one.shape, two.shape)) for entry in (one, two))
    after = [roll(entry, -1, axis=axis) for entry in (one, two)]
    return roll(one * after[1] - after[0] * two, -1, axis=axis)


def det(x: Tensor, /) -> Tensor:
    """The determinant."""
    return linalg_det.det(_matrices(x, "det", square=True))


def diagonal(x: Tensor, /, *, offset: int = 0) -> Tensor:
    """The diagonal ``offset`` steps above the main one."""
    return diagonals.diagonal(_matrices(x, "diagonal"), offset, -2, -1)


def eig(x: Tensor, /) -> Eigen:
    """Eigenvalues and eigenvectors, complex."""
    return Eigen(*linalg_spectral.eig(_matrices(x, "eig", square=True)))


def eigvals(x: Tensor, /) -> Tensor:
    """Eigenvalues, complex."""
    return linalg_spectral.eigvals(_matrices(x, "eigvals", square=True))


def eigh(x: Tensor, /) -> Eigen:
    """Eigenvalues, in order, and eigenvectors of symmetric (Hermitian) matrices."""
    return Eigen(*linalg_spectral.eigh(_matrices(x, "eigh", square=True)))


def eigvalsh(x: Tensor, /) -> Tensor:
    """Eigenvalues, in order, of symmetric (Hermitian) matrices."""
    return linalg_spectral.eigvalsh(_matrices(x, "eigvalsh", square=True))


def inv(x: Tensor, /) -> Tensor:
    """The inverse. Raises ArgumentError for a singular matrix."""
    return linalg_inverse.inv(_matrices(x, "inv", square=True))


def matrix_norm(x: Tensor, /, *, keepdims: bool = False, ord: Any = "fro") -> Tensor:
    """The norm of matrices: "fro", "nuc", 1, -1, 2, -2, inf or -inf."""
    _matrices(x, "matrix_norm")
    found: Any = None
    if ord == "fro":
        found = vector_norm(x, axis=(-2, -1))
    elif ord == "nuc" or ord in (2, -2):
        values = svdvals(x)
        found = sum(values, axis=-1) if ord == "nuc" else (max if ord > 0 else min)(values, axis=-1)
    elif ord in (1, -1, float("inf"), float("-inf")):
        lines = sum(abs(x), axis=-2 if ord in (1, -1) else -1)
        found = (max if ord > 0 else min)(lines, axis=-1)
    else:
        raise placed(ArgumentError("there is no such matrix norm", got=f"ord={ord!r}", want="fro, nuc, ±1, ±2 or ±inf"))
    return expand_dims(found, (-2, -1)) if keepdims else found


def matrix_power(x: Tensor, n: int, /) -> Tensor:
    """The product of ``n`` times the matrix; of its inverse where ``n`` is negative."""
    base = _matrices(x, "matrix_power", square=True) if n >= 0 else inv(x)
    found: Any = broadcast_to(eye(x.shape[-1], dtype=x.dtype, device=x.device), x.shape)
    for bit in bin(-n if n < 0 else n)[2:]:
        found = matmul(found, found)
        found = matmul(found, base) if bit == "1" else found
    return found


def matrix_rank(x: Tensor, /, *, rtol: Any = None) -> Tensor:
    """How many singular values are above ``rtol`` times the largest."""
    values = svdvals(_matrices(x, "matrix_rank"))
    floor = multiply(max(values, axis=-1, keepdims=True), _tolerance(x, rtol))
    return sum(values > floor, axis=-1)


def _tolerance(x: Tensor, rtol: Any) -> Any:
    if rtol is None:
        rows, columns = x.shape[-2:]
        return (rows if rows > columns else columns) * finfo(x.dtype).eps
    return expand_dims(rtol, -1) if isinstance(rtol, Tensor) else rtol


def outer(x1: Tensor, x2: Tensor, /) -> Tensor:
    """All products of an element of one vector with one of the other."""
    if tensor(x1, "outer").ndim != 1 or tensor(x2, "outer").ndim != 1:
        raise placed(ShapeError("outer takes two vectors", got=f"shapes {x1.shape} and {x2.shape}"))
    return multiply(reshape(x1, (-1, 1)), x2)


def pinv(x: Tensor, /, *, rtol: Any = None) -> Tensor:
    """The pseudo-inverse; singular values not above ``rtol`` times the largest count as 0."""
    return linalg_pinv.pinv(_matrices(x, "pinv"), rtol=rtol)


def qr(x: Tensor, /, *, mode: str = "reduced") -> Factors:
    """``x = Q @ R``: columns that are orthonormal, and an upper triangle; "complete" gives a square ``Q``."""
    if mode not in ("reduced", "complete"):
        raise placed(ArgumentError("qr has no such mode", got=repr(mode), want="'reduced' or 'complete'"))
    return Factors(*linalg_factor.qr(_matrices(x, "qr"), mode))


def slogdet(x: Tensor, /) -> SignAndLog:
    """The sign of the determinant, and the logarithm of its magnitude."""
    return SignAndLog(*linalg_det.slogdet(_matrices(x, "slogdet", square=True)))


def solve(x1: Tensor, x2: Tensor, /) -> Tensor:
    """``y`` in ``x1 @ y = x2``; ``x2`` is one vector, or matrices. Raises ArgumentError for a singular matrix."""
    one, two = alike(_matrices(x1, "solve", square=True), tensor(x2, "solve"))
    if two.ndim == 1:
        return reshape(apply(SOLVE, one, reshape(two, (-1, 1))), one.shape[:-1])
    return apply(SOLVE, one, two)


def svd(x: Tensor, /, *, full_matrices: bool = True) -> Singular:
    """``x = U @ diag(S) @ Vh``; the singular values ``S`` fall."""
    return Singular(*linalg_svd.svd(_matrices(x, "svd"), full_matrices))


def svdvals(x: Tensor, /) -> Tensor:
    """The singular values, falling."""
    return linalg_svd.svdvals(_matrices(x, "svdvals"))


def trace(x: Tensor, /, *, offset: int = 0, dtype: Any = None) -> Tensor:
    """The sum of a diagonal; dtypes as in ``sum``."""
    return sum(diagonal(x, offset=offset), axis=-1, dtype=dtype)


def vector_norm(x: Tensor, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Tensor:
    """The norm over axes (all of them if not given): ``sum(|x|**ord) ** (1 / ord)``; also 0, inf and -inf."""
    axes = axes_in(axis, tensor(x, "vector_norm").ndim)
    size = abs(x)
    if ord in (float("inf"), float("-inf")):
        return (max if ord > 0 else min)(size, axis=axes, keepdims=keepdims)
    if ord == 0:
        return sum((x != 0).to(dtype=size.dtype), axis=axes, keepdims=keepdims)
    if ord == 1:
        return sum(size, axis=axes, keepdims=keepdims)
    if ord == 2:
        return sum(size * size, axis=axes, keepdims=keepdims).sqrt()
    return sum(size**ord, axis=axes, keepdims=keepdims) ** (1 / ord)
