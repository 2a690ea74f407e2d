"""Inverses of matrices that have none, least squares, and ranks.

Rule: Golub and Pereyra 1973, "The differentiation of pseudo-inverses and nonlinear least squares problems whose
variables separate", equation 4.12. It holds where the rank does not change.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from patchgrad.autograd.op import Sample, define
from patchgrad.errors import ArgumentError
from patchgrad.ops import elementwise, linalg_spectral, linalg_svd, matrices, movement, shapes
from patchgrad.ops.linalg import matmul
from patchgrad.ops.linalg_cholesky import one_triangle
from patchgrad.ops.linalg_failure import DIVERGED, attempt
from patchgrad.ops.matrices import adjoint, hermitian_part
from patchgrad.ops.out import takes_out
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.tensor.precision import under_autocast


def _inverted(xp: Any, sizes: Any, smallest: Any) -> Any:
    """``1 / size``, and 0 where that is not above ``smallest``."""
    counts = xp.abs(sizes) > smallest
    return xp.where(counts, 1 / xp.where(counts, sizes, xp.ones_like(sizes)), xp.zeros_like(sizes))


def _pinv(xp: Any, a: Any, smallest: Any, hermitian: bool) -> Any:
    if hermitian:
        values, vectors = attempt("linalg.pinv", DIVERGED, xp.linalg.eigh, hermitian_part(xp, a))
        return xp.matmul(vectors * xp.expand_dims(_inverted(xp, values, smallest), axis=-2), adjoint(xp, vectors))
    u, sizes, vh = attempt("linalg.pinv", DIVERGED, lambda x: xp.linalg.svd(x, full_matrices=False), a)
    return xp.matmul(adjoint(xp, vh) * xp.expand_dims(_inverted(xp, sizes, smallest), axis=-2), adjoint(xp, u))


def _pinv_rule(xp: Any, ct: Any, s: Any) -> Any:
    a = hermitian_part(xp, s.a) if s.hermitian else s.a
    y, yh, cth = s.y, adjoint(xp, s.y), adjoint(xp, ct)
    inner = xp.matmul(cth, y)
    outer = xp.matmul(inner, yh)
    whole = outer - adjoint(xp, xp.matmul(y, inner)) - xp.matmul(xp.matmul(a, y), outer)
    whole = whole + xp.matmul(xp.matmul(yh, y), cth - xp.matmul(inner, a))
    return hermitian_part(xp, whole) if s.hermitian else whole


PINV = define(
    "pinv",
    inputs=("a",),
    batching="leading",
    forward=_pinv,
    shape=lambda a, **_: (*matrices.matrix("linalg.pinv", a)[:-2], a[-1], a[-2]),
    dtype="same",
    saves=("a", "y"),
    vjps={"a": _pinv_rule},
    cost=lambda a, **_: 22 * shapes.count(a) * min(a[-2:]),
    formula="A^{+}",
    samples=lambda draw: [
        Sample((linalg_svd.distinct(draw, 4, 2),), {"smallest": 0.0, "hermitian": False}, "tall"),
        Sample((linalg_svd.distinct(draw, 2, 2, 3),), {"smallest": 0.0, "hermitian": False}, "wide, batch"),
        Sample((linalg_svd.distinct(draw, 3, 3),), {"smallest": 0.0, "hermitian": True}, "Hermitian"),
    ],
    errors=lambda draw: [Sample((draw(3),), {"smallest": 0.0, "hermitian": False})],
)


def _sizes(A: Any, hermitian: bool) -> Any:
    """Singular values, outside the tape."""
    return linalg_spectral.eigvalsh(A.detach()).abs() if hermitian else linalg_svd.svdvals(A.detach())


def _threshold(A: Any, sizes: Any, atol: Any, rtol: Any) -> Any:
    """Below which size a singular value counts as 0: per matrix (..., 1), a tensor."""
    if rtol is None:
        eps = A.backend.xp.finfo(A.data.dtype).eps
        rtol = 0.0 if _positive(atol) else float(eps) * max(A.shape[-2:])
    largest: Any = sizes.amax(-1, keepdim=True)
    relative = largest * (rtol.unsqueeze(-1) if isinstance(rtol, Tensor) and rtol.ndim else rtol)
    if atol is None:
        return relative
    least = atol.unsqueeze(-1) if isinstance(atol, Tensor) and atol.ndim else atol
    return elementwise.maximum(relative, least if isinstance(least, Tensor) else least + 0 * relative)


def _positive(atol: Any) -> bool:
    return atol is not None and (bool((atol > 0).any()) if isinstance(atol, Tensor) else atol > 0)


@takes_out
@under_autocast
def pinv(A: Any, rcond: Any = None, hermitian: bool = False, *, atol: Any = None, rtol: Any = None) -> Tensor:
    """The pseudo-inverse of Moore and Penrose.

    Parameters
        atol, rtol  singular values up to max(atol, rtol * largest) count as 0; rtol by default max(m, n) * eps
        hermitian   the matrices are Hermitian; one triangle is read
    Shapes
        A (..., m, n)  ->  (..., n, m)
    """
    matrices.check("linalg.pinv", A, square=hermitian)
    if not shapes.count(A.shape):
        return movement.clone(A.mT)
    smallest = _threshold(A, _sizes(A, hermitian), atol, rcond if rtol is None else rtol)
    return apply(PINV, one_triangle(A) if hermitian else A, smallest=smallest.data, hermitian=hermitian)


@takes_out
@under_autocast
def matrix_rank(A: Any, tol: Any = None, hermitian: bool = False, *, atol: Any = None, rtol: Any = None) -> Tensor:
    """How many singular values are above max(atol, rtol * largest): (..., m, n) -> (...), int64.

    ``tol`` is the threshold itself.
    """
    matrices.check("linalg.matrix_rank", A, square=hermitian)
    if not shapes.count(A.shape):
        return Tensor(A.backend.xp.zeros(A.shape[:-2], dtype=A.backend.xp.int64))
    sizes = _sizes(A, hermitian)
    atol, rtol = (atol, rtol) if tol is None else (tol, 0.0)
    return (sizes > _threshold(A, sizes, atol, rtol)).sum(-1)


class LeastSquares(NamedTuple):
    """What `linalg.lstsq` gives."""

    solution: Tensor
    residuals: Tensor
    rank: Tensor
    singular_values: Tensor


@takes_out
@under_autocast
def lstsq(A: Any, B: Any, rcond: float | None = None, *, driver: str | None = None) -> LeastSquares:
    """The ``x`` with the smallest ``|A @ x - B|``, and of those the shortest; by singular values for every driver.

    Shapes
        A (..., m, n), B (..., m, k) or (..., m)  ->  solution (..., n, k) or (..., n)
        residuals (..., k), squared, if m > n, all matrices have full rank and the driver gives them, else empty
        rank (...), int64
    Parameters
        rcond   singular values up to rcond * largest count as 0; by default max(m, n) * eps
        driver  decides which results are there: residuals not for "gelsy", the rank not for "gels", singular values for
                "gelsd" and "gelss"; "gelsy" if left out
    """
    matrices.check("linalg.lstsq", A)
    matrices.check_dtype("linalg.lstsq", B)
    if driver not in (None, "gels", "gelsy", "gelsd", "gelss"):
        raise placed(
            ArgumentError("linalg.lstsq has no such driver", got=f"{driver!r}", want="gels, gelsy, gelsd, gelss")
        )
    vector = B.ndim == 1 or tuple(B.shape) == tuple(A.shape[:-1])
    sides = B.unsqueeze(-1) if vector else B
    solution = matmul(pinv(A, rtol=rcond), sides)
    rank = matrix_rank(A, rtol=rcond)
    blank = Tensor(A.backend.xp.zeros((0,), dtype=rank.data.dtype))
    residuals = _empty_real(A) if driver in (None, "gelsy") else _residuals(A, sides, solution, rank)
    return LeastSquares(
        movement.squeeze(solution, -1) if vector else solution,
        movement.squeeze(residuals, -1) if vector and residuals.ndim > 1 else residuals,
        blank if driver == "gels" else rank,
        linalg_svd.svdvals(A.detach()) if driver in ("gelsd", "gelss") else _empty_real(A.detach()),
    )


def _residuals(A: Any, sides: Any, solution: Any, rank: Any) -> Any:
    m, n = A.shape[-2:]
    if m <= n or not bool((rank == n).all()):
        return _empty_real(A)
    size = (matmul(A, solution) - sides).abs()
    return (size * size).sum(-2)


def _empty_real(A: Any) -> Tensor:
    return A.reshape(-1)[:0].abs()
