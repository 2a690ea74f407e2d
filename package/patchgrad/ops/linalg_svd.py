"""Singular value decomposition.

Rule: Townsend 2016, "Differentiating the singular value decomposition"; for complex matrices Wan and Zhang 2019,
"Automatic differentiation for complex valued SVD". Gradients of the vectors exist only where singular values differ.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from patchgrad.autograd.op import Sample, define
from patchgrad.backend import host
from patchgrad.errors import ArgumentError
from patchgrad.ops import matrices, movement, shapes
from patchgrad.ops.linalg_failure import DIVERGED, attempt
from patchgrad.ops.linalg_spectral import apart, off_diagonal, refuse_phase
from patchgrad.ops.matrices import adjoint, diagonal_of, is_complex, on_diagonal
from patchgrad.ops.out import takes_out
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.precision import under_autocast
from patchgrad.typing import Shape


def _svd(xp: Any, a: Any, full: bool) -> Any:
    if not bool(xp.all(xp.isfinite(a))):
        raise ArgumentError(
            "linalg.svd takes finite numbers",
            got="NaN or inf",
            want="finite numbers",
            hint="look for them with isfinite",
        )
    found = attempt("linalg.svd", DIVERGED, lambda x: xp.linalg.svd(x, full_matrices=full), a)
    return found[0], found[1], found[2]


def _skew(xp: Any, x: Any) -> Any:
    return x - adjoint(xp, x)


def _turned(xp: Any, cts: Any, s: Any) -> Any:
    """What the turning of both bases asks of the matrix between them, and the free phases checked."""
    ct_u, _, ct_vh = cts
    sizes = s.S
    gaps = apart(xp, sizes * sizes)
    total: Any = None
    phase: Any = None
    if ct_u is not None:
        skew = _skew(xp, xp.matmul(adjoint(xp, s.U), ct_u))
        total = off_diagonal(xp, skew) / gaps * xp.expand_dims(sizes, axis=-2)
        phase = diagonal_of(xp, skew)
    if ct_vh is not None:
        skew = _skew(xp, xp.matmul(s.Vh, adjoint(xp, ct_vh)))
        part = xp.expand_dims(sizes, axis=-1) * (off_diagonal(xp, skew) / gaps)
        total = part if total is None else total + part
        if is_complex(s.U):
            other = diagonal_of(xp, skew)
            refuse_phase(xp, "linalg.svd", xp.imag(other if phase is None else phase + other) / 2)
            phase = -other if phase is None else phase
    if is_complex(s.U) and ct_vh is None:
        refuse_phase(xp, "linalg.svd", xp.imag(phase) / 2)
    return total + on_diagonal(xp, phase / (2 * sizes)) if is_complex(s.U) else total


def _svd_rule(xp: Any, cts: Any, s: Any, wanted: list[bool]) -> tuple[Any]:
    ct_u, ct_s, ct_vh = cts
    m, n = s.shape_of("a")[-2:]
    k = min(m, n)
    inner = None if ct_s is None else on_diagonal(xp, ct_s)
    if ct_u is not None or ct_vh is not None:
        part = _turned(xp, cts, s)
        inner = part if inner is None else inner + part
    inner = xp.astype(inner, s.U.dtype) if is_complex(s.U) and not is_complex(inner) else inner
    left = xp.matmul(s.U, inner)
    if ct_u is not None and m > k:
        outside = ct_u - xp.matmul(s.U, xp.matmul(adjoint(xp, s.U), ct_u))
        left = left + outside / xp.expand_dims(s.S, axis=-2)
    whole = xp.matmul(left, s.Vh)
    if ct_vh is not None and n > k:
        outside = ct_vh - xp.matmul(xp.matmul(ct_vh, adjoint(xp, s.Vh)), s.Vh)
        whole = whole + xp.matmul(s.U, outside / xp.expand_dims(s.S, axis=-1))
    return (whole,)


def _svd_shapes(a: Shape, full: bool) -> tuple[Shape, Shape, Shape]:
    matrices.matrix("linalg.svd", a)
    *batch, m, n = a
    k = min(m, n)
    return (*batch, m, m if full else k), (*batch, k), (*batch, n if full else k, n)


_FIELDS: dict[str, Any] = {
    "inputs": ("a",),
    "batching": "leading",
    "outputs": ("U", "S", "Vh"),
    "dtype": lambda kinds, attrs: (kinds[0], matrices.real_kind(kinds[0]), kinds[0]),
    "formula": r"A = U \,\mathrm{diag}(S)\, V^\mathsf{H}",
}


def distinct(draw: Any, *shape: int) -> Any:
    """Matrices whose singular values are far from each other."""
    x = draw(*shape, low=-0.3, high=0.3)
    for i in range(min(shape[-2:])):
        x[..., i, i] += 1.0 + 1.5 * i
    return x


SVD = define(
    "svd",
    forward=lambda xp, a: _svd(xp, a, False),
    shape=lambda a: _svd_shapes(a, False),
    saves=("U", "S", "Vh"),
    joint=_svd_rule,
    cost=lambda a: 20 * shapes.count(a) * min(a[-2:]),
    samples=lambda draw: [
        Sample((distinct(draw, 3, 3),), label="square"),
        Sample((distinct(draw, 4, 2),), label="tall"),
        Sample((distinct(draw, 2, 2, 3),), label="wide, batch"),
    ],
    errors=lambda draw: [Sample((draw(3),)), Sample((draw(2, 2) * host.inf,), label="inf")],
    **_FIELDS,
)
SVD_FULL = define(
    "svd_full",
    forward=lambda xp, a: _svd(xp, a, True),
    shape=lambda a: _svd_shapes(a, True),
    cost=lambda a: 20 * shapes.count(a) * max(a[-2:]),
    samples=lambda draw: [Sample((distinct(draw, 4, 2),), label="tall"), Sample((distinct(draw, 2, 3),), label="wide")],
    **_FIELDS,
)


class SingularValues(NamedTuple):
    """What `linalg.svd` gives."""

    U: Tensor
    S: Tensor
    Vh: Tensor


@takes_out
@under_autocast
def svd(A: Any, full_matrices: bool = True, *, driver: str | None = None) -> SingularValues:
    """``A = U @ diag(S) @ Vh`` with orthonormal columns of U and rows of Vh, and S falling.

    Parameters
        full_matrices  U and Vh square; no gradient flows through the columns and rows beyond min(m, n)
    Shapes
        A (..., m, n)  ->  U (..., m, m or k), S (..., k), Vh (..., n or k, n) with k = min(m, n)
    """
    matrices.check("linalg.svd", A)
    m, n = A.shape[-2:]
    if not full_matrices or m == n:
        return SingularValues(*apply(SVD, A))
    full = SingularValues(*apply(SVD_FULL, A.detach()))
    if not A.requires_grad:
        return full
    found, k = SingularValues(*apply(SVD, A)), min(m, n)
    return SingularValues(
        movement.cat([found.U, full.U[..., k:]], -1), found.S, movement.cat([found.Vh, full.Vh[..., k:, :]], -2)
    )


@takes_out
@under_autocast
def svdvals(A: Any, *, driver: str | None = None) -> Tensor:
    """The singular values of matrices, falling: (..., m, n) -> (..., min(m, n))."""
    matrices.check("linalg.svdvals", A)
    return apply(SVD, A)[1]
