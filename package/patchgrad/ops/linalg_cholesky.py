"""Cholesky's factorisation.

Rule: Murray 2016, "Differentiation of the Cholesky decomposition", section 3.2, in the form for whole matrices.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from patchgrad.autograd.op import Sample, define
from patchgrad.backend import host
from patchgrad.ops import elementwise, linalg_inverse, matrices, shapes
from patchgrad.ops.linalg import matmul
from patchgrad.ops.linalg_failure import NOT_POSITIVE, attempt
from patchgrad.ops.linalg_products import conjugate
from patchgrad.ops.matrices import adjoint, hermitian_part
from patchgrad.ops.out import takes_out
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.precision import under_autocast

__all__ = ["cholesky_inverse", "cholesky_solve"]
METHODS = "cholesky_inverse cholesky_solve"


def positive(draw: Any, *shape: int) -> Any:
    """Matrices with eigenvalues above 1."""
    x = draw(*shape)
    return x @ x.swapaxes(-1, -2) + host.eye(shape[-1])


def _cholesky(xp: Any, a: Any) -> Any:
    return attempt("linalg.cholesky", NOT_POSITIVE, xp.linalg.cholesky, hermitian_part(xp, a))


def _cholesky_rule(xp: Any, ct: Any, s: Any) -> Any:
    """``L^-H P(L^H ct) L^-1`` made Hermitian; P takes the lower triangle with half the diagonal."""
    inner = xp.matmul(adjoint(xp, s.y), ct)
    lower = xp.ops.band(inner, low=None, high=0) - xp.ops.band(inner, low=0, high=0) / 2
    left = xp.ops.solve_triangular(adjoint(xp, s.y), lower, upper=True, unit=False)
    whole = xp.ops.solve_triangular(adjoint(xp, s.y), adjoint(xp, left), upper=True, unit=False)
    return hermitian_part(xp, whole)


CHOLESKY = define(
    "cholesky",
    inputs=("a",),
    batching="leading",
    forward=_cholesky,
    shape=lambda a: matrices.matrix("linalg.cholesky", a, square=True),
    dtype="same",
    saves=("y",),
    vjps={"a": _cholesky_rule},
    cost=lambda a: shapes.count(a) * a[-1] // 3,
    formula=r"A = L L^\mathsf{H}",
    samples=lambda draw: [Sample((positive(draw, 1, 3, 3),)), Sample((positive(draw, 2, 2, 2),), label="batch")],
    errors=lambda draw: [
        Sample((draw(2, 3),)),
        Sample((-positive(draw, 2, 3, 3),), label="not positive"),
    ],
)


def _minors(xp: Any, a: Any) -> Any:
    """Per matrix the size of its first leading block that is not positive-definite, else 0."""
    found = xp.zeros(a.shape[:-2], dtype=xp.int32)
    for entry in host.ndindex(*a.shape[:-2]):
        found[entry] = next(
            (k for k in range(1, a.shape[-1] + 1) if not _has_factor(xp, a[(*entry, slice(k), slice(k))])), 0
        )
    return found


def _has_factor(xp: Any, block: Any) -> bool:
    try:
        xp.linalg.cholesky(block)
    except host.linalg.LinAlgError:
        return False
    return True


def _broken(xp: Any, a: Any) -> Any:
    """All zeros where the whole batch has a factor; only else is each matrix looked at."""
    whole = hermitian_part(xp, a)
    if _has_factor(xp, whole):
        return xp.zeros(a.shape[:-2], dtype=xp.int32)
    return _minors(xp, whole)


CHOLESKY_INFO = define(
    "cholesky_info",
    inputs=("a",),
    batching="leading",
    forward=_broken,
    shape=lambda a: matrices.matrix("linalg.cholesky_ex", a, square=True)[:-2],
    dtype=lambda kinds, attrs: host.dtype("int32"),
    samples=lambda draw: [Sample((host.stack([positive(draw, 3, 3), -positive(draw, 3, 3)]),))],
    errors=lambda draw: [Sample((draw(2, 3),))],
)


class FactorAndInfo(NamedTuple):
    """What `linalg.cholesky_ex` gives."""

    L: Tensor
    info: Tensor


def one_triangle(x: Any, lower: bool = True) -> Any:
    """The Hermitian matrix with this triangle of ``x``; its gradient is that of the whole matrix, as PyTorch has it.

    What stands in the other triangle does not count.
    """
    half = apply(matrices.BAND, x, low=None if lower else 0, high=0 if lower else None)
    strict = apply(matrices.BAND, x, low=None if lower else 1, high=-1 if lower else None)
    whole = half.detach() + conjugate(strict.detach()).mT
    return x + (whole - x).detach() if x.requires_grad else whole


@takes_out
@under_autocast
def cholesky(A: Any, *, upper: bool = False) -> Tensor:
    """The lower triangular ``L`` with ``A = L @ L.mH``, or the upper ``L.mH``.

    Shapes
        A (..., n, n), Hermitian and positive-definite; only one triangle is read  ->  (..., n, n)
    Errors
        ArgumentError  if a matrix is not positive-definite; it names the batch entry.
    """
    matrices.check("linalg.cholesky", A, square=True)
    factor = apply(CHOLESKY, one_triangle(A, not upper))
    return conjugate(factor).mT if upper else factor


@takes_out
def cholesky_ex(A: Any, *, upper: bool = False, check_errors: bool = False) -> FactorAndInfo:
    """`linalg.cholesky` that raises nothing: ``info`` (int32) is 0, or the size of the first block without a factor.

    Where ``info`` is not 0, ``L`` is NaN.
    """
    matrices.check("linalg.cholesky_ex", A, square=True)
    if check_errors:
        factor = cholesky(A, upper=upper)
        return FactorAndInfo(factor, apply(CHOLESKY_INFO, one_triangle(A.detach(), not upper)))
    info = apply(CHOLESKY_INFO, one_triangle(A.detach(), not upper))
    bad = (info != 0).unsqueeze(-1).unsqueeze(-1)
    safe = elementwise.where(bad, Tensor(A.backend.xp.eye(A.shape[-1], dtype=A.data.dtype)), A)
    return FactorAndInfo(elementwise.where(bad, host.nan, cholesky(safe, upper=upper)), info)


@takes_out
@under_autocast
def cholesky_solve(input: Any, input2: Any, upper: bool = False) -> Tensor:
    """The solution of ``A @ x = input``, of A from its factor: (..., n, k), (..., n, n) -> (..., n, k)."""
    matrices.check("cholesky_solve", input2, square=True)
    lower = conjugate(input2).mT if upper else input2
    half = linalg_inverse.solve_triangular(lower, input, upper=False)
    return linalg_inverse.solve_triangular(conjugate(lower).mT, half, upper=True)


@takes_out
def cholesky_inverse(input: Any, upper: bool = False) -> Tensor:
    """The inverse of ``A`` from its factor: (..., n, n) -> (..., n, n)."""
    matrices.check("cholesky_inverse", input, square=True)
    identity = Tensor(input.backend.xp.eye(input.shape[-1], dtype=input.data.dtype))
    root = linalg_inverse.solve_triangular(conjugate(input).mT if upper else input, identity, upper=False)
    return matmul(conjugate(root).mT, root)
