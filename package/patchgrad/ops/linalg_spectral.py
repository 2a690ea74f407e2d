"""Eigenvalues and eigenvectors.

Rules: Giles 2008, section 2.2.5; Boeddeker et al. 2017, "On the computation of complex-valued gradients with
application to statistically optimum beamforming", section 4, for complex and for general matrices.
Eigenvectors are known up to a factor of size 1, and their gradient exists only where eigenvalues differ.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from patchgrad.autograd.op import Sample, define
from patchgrad.backend import host
from patchgrad.errors import ArgumentError, GradError
from patchgrad.ops import matrices, shapes
from patchgrad.ops.linalg_cholesky import one_triangle
from patchgrad.ops.linalg_failure import DIVERGED, attempt
from patchgrad.ops.matrices import adjoint, conj, diagonal_of, hermitian_part, is_complex, on_diagonal, real_as
from patchgrad.ops.out import takes_out
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.tensor.precision import under_autocast
from patchgrad.typing import Shape


def apart(xp: Any, values: Any) -> Any:
    """``values[k] - values[j]`` at place (j, k), and ones on the diagonal."""
    differences = xp.expand_dims(values, axis=-2) - xp.expand_dims(values, axis=-1)
    return differences + on_diagonal(xp, xp.ones_like(values))


def off_diagonal(xp: Any, x: Any) -> Any:
    return x - xp.ops.band(x, low=0, high=0)


def refuse_phase(xp: Any, name: str, turned: Any) -> None:
    """Raises GradError where a loss depends on the free phase of complex vectors; ``turned`` is how much, by vector."""
    if bool(xp.any(xp.abs(turned) > 1e-2)):
        raise GradError(
            f"{name}: the loss depends on the phase of complex vectors, which is free",
            got=f"a gradient along the phase, shape {tuple(turned.shape)}",
            want="a loss that stays the same when a vector is multiplied by a number of size 1",
            hint="use absolute values, or products of a vector with its own adjoint",
        )


def _symmetric(draw: Any, *shape: int) -> Any:
    """Symmetric matrices whose eigenvalues are far from each other."""
    x = draw(*shape, low=-0.5, high=0.5)
    for i in range(shape[-1]):
        x[..., i, i] += 2.0 * i
    return (x + x.swapaxes(-1, -2)) / 2


def _eigh(xp: Any, a: Any) -> Any:
    found = attempt("linalg.eigh", DIVERGED, xp.linalg.eigh, hermitian_part(xp, a))
    return found[0], found[1]


def _eigh_rule(xp: Any, cts: Any, s: Any, wanted: list[bool]) -> tuple[Any]:
    ct_values, ct_vectors = cts
    v = s.eigenvectors
    inner = None if ct_values is None else on_diagonal(xp, ct_values)
    if ct_vectors is not None:
        turned = xp.matmul(adjoint(xp, v), ct_vectors)
        if is_complex(turned):
            refuse_phase(xp, "linalg.eigh", xp.imag(diagonal_of(xp, turned)))
        part = off_diagonal(xp, turned) / apart(xp, s.eigenvalues)
        inner = part if inner is None else inner + part
    if is_complex(v) and not is_complex(inner):
        inner = xp.astype(inner, v.dtype)
    return (hermitian_part(xp, xp.matmul(xp.matmul(v, inner), adjoint(xp, v))),)


def _eigen_shapes(name: str) -> Any:
    def rule(a: Shape) -> tuple[Shape, Shape]:
        matrices.matrix(name, a, square=True)
        return tuple(a[:-1]), tuple(a)

    return rule


EIGH = define(
    "eigh",
    inputs=("a",),
    batching="leading",
    outputs=("eigenvalues", "eigenvectors"),
    forward=_eigh,
    shape=_eigen_shapes("linalg.eigh"),
    dtype=lambda kinds, attrs: (matrices.real_kind(kinds[0]), kinds[0]),
    saves=("eigenvalues", "eigenvectors"),
    joint=_eigh_rule,
    cost=lambda a: 9 * shapes.count(a) * a[-1],
    formula=r"A = V \Lambda V^\mathsf{H}",
    samples=lambda draw: [
        Sample((_symmetric(draw, 3, 3),)),
        Sample((_symmetric(draw, 2, 2, 2),), label="batch"),
    ],
    errors=lambda draw: [Sample((draw(2, 3),)), Sample((draw(3),), label="a vector")],
)


def _eig(xp: Any, a: Any) -> Any:
    if not bool(xp.all(xp.isfinite(a))):
        raise ArgumentError("linalg.eig takes finite numbers", got="NaN or inf", want="finite numbers")
    values, vectors = attempt("linalg.eig", DIVERGED, xp.linalg.eig, a)
    kind = matrices.complex_kind(a.dtype)
    return values.astype(kind), vectors.astype(kind)


def _eig_rule(xp: Any, cts: Any, s: Any, wanted: list[bool]) -> tuple[Any]:
    ct_values, ct_vectors = cts
    v = s.eigenvectors
    vh = adjoint(xp, v)
    inner = None if ct_values is None else on_diagonal(xp, ct_values)
    if ct_vectors is not None:
        turned = xp.matmul(vh, ct_vectors)
        along = diagonal_of(xp, turned)
        refuse_phase(xp, "linalg.eig", xp.imag(along))
        lengths = xp.astype(xp.real(along), v.dtype)
        turned = turned - xp.matmul(vh, v * xp.expand_dims(lengths, axis=-2))
        part = off_diagonal(xp, turned) / conj(xp, apart(xp, s.eigenvalues))
        inner = part if inner is None else inner + part
    return (real_as(xp, xp.ops.solve(vh, xp.matmul(inner, vh)), s.dtype_of("a")),)


EIG = define(
    "eig",
    inputs=("a",),
    batching="leading",
    outputs=("eigenvalues", "eigenvectors"),
    forward=_eig,
    shape=_eigen_shapes("linalg.eig"),
    dtype=lambda kinds, attrs: matrices.complex_kind(kinds[0]),
    saves=("eigenvalues", "eigenvectors"),
    joint=_eig_rule,
    beyond="eigenvalues of general matrices are not in the standard",
    cost=lambda a: 25 * shapes.count(a) * a[-1],
    formula=r"A = V \Lambda V^{-1}",
    samples=lambda draw: [
        # single precision: finite differences would move the free phase, and the rule refuses a loss that looks at it
        Sample((host.asarray([[1 + 1j, 0, 0], [0, 3, 0], [0, 0, 6 - 1j]], dtype="complex64"),), label="diagonal"),
    ],
    errors=lambda draw: [Sample((draw(2, 3),)), Sample((draw(3, 3) * host.inf,), label="inf")],
)


class Eigen(NamedTuple):
    """What `linalg.eigh` and `linalg.eig` give."""

    eigenvalues: Tensor
    eigenvectors: Tensor


@takes_out
@under_autocast
def eigh(A: Any, UPLO: str = "L") -> Eigen:
    """Eigenvalues (rising) and eigenvectors (columns) of Hermitian matrices, of which one triangle is read.

    Shapes
        A (..., n, n)  ->  eigenvalues (..., n), real; eigenvectors (..., n, n)
    Gradient
        V (diag(ct of values) + V.mH @ (ct of vectors) / (l_k - l_j)) V.mH; infinite where eigenvalues are equal
    """
    matrices.check("linalg.eigh", A, square=True)
    if UPLO.upper() not in ("L", "U"):
        raise placed(ArgumentError("UPLO names a triangle", got=f"{UPLO!r}", want="'L' or 'U'"))
    return Eigen(*apply(EIGH, one_triangle(A, UPLO.upper() == "L")))


@takes_out
@under_autocast
def eigvalsh(A: Any, UPLO: str = "L") -> Tensor:
    """The eigenvalues of Hermitian matrices, rising: (..., n, n) -> (..., n)."""
    return eigh(A, UPLO).eigenvalues


@takes_out
@under_autocast
def eig(A: Any) -> Eigen:
    """Eigenvalues and eigenvectors (columns, of length 1) of square matrices; always complex.

    Shapes
        A (..., n, n)  ->  eigenvalues (..., n), eigenvectors (..., n, n), in no particular order
    """
    matrices.check("linalg.eig", A, square=True)
    return Eigen(*apply(EIG, A))


@takes_out
@under_autocast
def eigvals(A: Any) -> Tensor:
    """The eigenvalues of square matrices, complex, in no particular order: (..., n, n) -> (..., n)."""
    return eig(A).eigenvalues
