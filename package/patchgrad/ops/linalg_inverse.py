"""Inverses of matrices and solutions of linear equations.

Rules: Giles 2008, "Collected matrix derivative results for forward and reverse mode algorithmic differentiation",
sections 2.2.3 and 2.3.1; for complex matrices with adjoints in place of transposes.
"""

from __future__ import annotations

from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.errors import ShapeError
from patchgrad.ops import matrices, movement, shapes
from patchgrad.ops.linalg_failure import SINGULAR, attempt
from patchgrad.ops.matrices import adjoint
from patchgrad.ops.out import takes_out
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.tensor.precision import under_autocast
from patchgrad.typing import Shape


def well_conditioned(draw: Any, *shape: int) -> Any:
    """Square matrices far from singular ones: the diagonal outweighs the rest."""
    x = draw(*shape)
    for i in range(shape[-1]):
        x[..., i, i] += 3.0 * shape[-1]
    return x


def _samples(draw: Any) -> list[Sample]:
    return [Sample((well_conditioned(draw, 3, 3),)), Sample((well_conditioned(draw, 2, 2, 2),), label="batch")]


def _inv(xp: Any, a: Any) -> Any:
    return attempt("linalg.inv", SINGULAR, xp.linalg.inv, a)


INV = define(
    "inv",
    inputs=("a",),
    batching="leading",
    forward=_inv,
    shape=lambda a: matrices.matrix("linalg.inv", a, square=True),
    dtype="same",
    saves=("y",),
    vjps={"a": lambda xp, ct, s: -xp.matmul(xp.matmul(adjoint(xp, s.y), ct), adjoint(xp, s.y))},
    cost=lambda a: 2 * shapes.count(a) * a[-1],
    formula="A^{-1}",
    samples=_samples,
    errors=lambda draw: [
        Sample((draw(2, 3),)),
        Sample((draw(3, 3) * 0.0,), label="singular"),
        Sample((draw(3),), label="a vector"),
    ],
)


def _solved_shape(a: Shape, b: Shape, **_: Any) -> Shape:
    matrices.matrix("linalg.solve", a, square=True)
    matrices.matrix("linalg.solve", b)
    if a[-1] != b[-2]:
        raise ShapeError(
            "the sides of the equation do not fit",
            got=f"a {tuple(a)}, b {tuple(b)}",
            want=f"b (..., {a[-1]}, k)",
            hint="with left=False the equation is x @ a = b",
        )
    return (*shapes.broadcast(a[:-2], b[:-2]), *b[-2:])


def _solve(xp: Any, a: Any, b: Any) -> Any:
    return attempt("linalg.solve", SINGULAR, xp.linalg.solve, a, b)


def _equations(draw: Any) -> list[Sample]:
    return [
        Sample((well_conditioned(draw, 3, 3), draw(3, 2))),
        Sample((well_conditioned(draw, 2, 2, 2), draw(2, 2, 1)), label="batch"),
        Sample((well_conditioned(draw, 2, 2), draw(2, 2, 3)), label="one matrix, many sides"),
    ]


SOLVE = define(
    "solve",
    inputs=("a", "b"),
    forward=_solve,
    shape=_solved_shape,
    saves=("a", "y"),
    vjps={
        "a": lambda xp, ct, s: -xp.matmul(xp.ops.solve(adjoint(xp, s.a), ct), adjoint(xp, s.y)),
        "b": lambda xp, ct, s: xp.ops.solve(adjoint(xp, s.a), ct),
    },
    cost=lambda a, b: shapes.count(a) * a[-1] + 2 * shapes.count(_solved_shape(a, b)) * a[-1],
    formula="A^{-1} B",
    samples=_equations,
    errors=lambda draw: [
        Sample((draw(2, 2), draw(3, 2))),
        Sample((draw(2, 2, 2) * 0.0, draw(2, 2, 1)), label="singular"),
    ],
)


def _triangle(xp: Any, a: Any, upper: bool, unit: bool) -> Any:
    """The half of ``a`` that counts, with ones on the diagonal where that is said."""
    skipped = 1 if unit else 0
    half = xp.triu(a, k=skipped) if upper else xp.tril(a, k=-skipped)
    return half + xp.eye(a.shape[-1], dtype=a.dtype) if unit else half


def _solve_triangular(xp: Any, a: Any, b: Any, upper: bool, unit: bool) -> Any:
    """By the solver for any matrix: the standard has none for triangles."""
    return attempt("linalg.solve_triangular", SINGULAR, xp.linalg.solve, _triangle(xp, a, upper, unit), b)


def _triangular_side(xp: Any, ct: Any, s: Any) -> Any:
    return xp.ops.solve_triangular(adjoint(xp, s.a), ct, upper=not s.upper, unit=s.unit)


def _triangular_matrix(xp: Any, ct: Any, s: Any) -> Any:
    whole = -xp.matmul(_triangular_side(xp, ct, s), adjoint(xp, s.y))
    skipped = 1 if s.unit else 0
    return xp.ops.band(whole, low=skipped if s.upper else None, high=None if s.upper else -skipped)


SOLVE_TRIANGULAR = define(
    "solve_triangular",
    inputs=("a", "b"),
    forward=_solve_triangular,
    shape=_solved_shape,
    saves=("a", "y"),
    vjps={"a": _triangular_matrix, "b": _triangular_side},
    cost=lambda a, b, **_: shapes.count(_solved_shape(a, b)) * a[-1],
    formula=r"\mathrm{tri}(A)^{-1} B",
    samples=lambda draw: [
        Sample((well_conditioned(draw, 3, 3), draw(3, 2)), {"upper": True, "unit": False}, "upper"),
        Sample((well_conditioned(draw, 2, 2, 2), draw(2, 1)), {"upper": False, "unit": False}, "lower, batch"),
        Sample((draw(3, 3), draw(3, 2)), {"upper": False, "unit": True}, "ones on the diagonal"),
    ],
    errors=lambda draw: [Sample((draw(2, 2), draw(3, 2)), {"upper": True, "unit": False})],
)


@takes_out
@under_autocast
def inv(A: Any) -> Tensor:
    """The inverse of square matrices.

    Shapes
        A (..., n, n)  ->  (..., n, n)
    Gradient, with ``ct`` the cotangent of ``y``
        -y.mH @ ct @ y.mH
    Errors
        ArgumentError  if a matrix is singular; it names the batch entry.
    """
    matrices.check("linalg.inv", A, square=True)
    return apply(INV, A)


@takes_out
@under_autocast
def solve(A: Any, B: Any, *, left: bool = True) -> Tensor:
    """The solution ``x`` of ``A @ x = B``, or of ``x @ A = B`` with ``left=False``.

    Shapes
        A (..., n, n), B (..., n, k) or (..., n) where its leading axes are those of A  ->  as B
    Gradient, with ``ct`` the cotangent of ``x``
        B: solve(A.mH, ct)        A: minus that, times x.mH
    Errors
        ArgumentError  if a matrix is singular; it names the batch entry.
    """
    matrices.check("linalg.solve", A, square=True)
    matrices.check_dtype("linalg.solve", B)
    if B.ndim == 1 or tuple(B.shape) == tuple(A.shape[:-1]):
        return movement.squeeze(solve(A, movement.unsqueeze(B, -1)) if left else _from_right(A, B), -1)
    return apply(SOLVE, A, B) if left else solve(A.mT, B.mT).mT


def _from_right(A: Any, B: Any) -> Tensor:
    """PyTorch takes a vector as a column on either side."""
    return solve(A.mT, movement.unsqueeze(B, -1))


@takes_out
def solve_triangular(A: Any, B: Any, *, upper: bool, left: bool = True, unitriangular: bool = False) -> Tensor:
    """The solution of ``A @ x = B`` (``x @ A = B`` with ``left=False``), where only one triangle of ``A`` is read.

    Parameters
        upper          the upper triangle, else the lower
        unitriangular  the diagonal counts as ones and is not read
    Shapes
        A (..., n, n), B (..., n, k)  ->  (..., n, k)
    """
    matrices.check("linalg.solve_triangular", A, square=True)
    matrices.check("linalg.solve_triangular", B)
    if not left:
        return solve_triangular(A.mT, B.mT, upper=not upper, unitriangular=unitriangular).mT
    return apply(SOLVE_TRIANGULAR, A, B, upper=upper, unit=unitriangular)


@takes_out
def tensorinv(A: Any, ind: int = 2) -> Tensor:
    """The inverse for `tensordot` over ``ind`` axes: the first ``ind`` axes of ``A`` against the rest."""
    rows, columns = shapes.count(A.shape[:ind]), shapes.count(A.shape[ind:])
    if ind <= 0 or rows != columns:
        raise placed(
            ShapeError(
                "tensorinv needs as many elements before the axis ind as after it",
                got=f"shape {A.shape}, ind={ind}: {rows} and {columns}",
            )
        )
    return inv(A.reshape(rows, columns)).reshape((*A.shape[ind:], *A.shape[:ind]))


@takes_out
def tensorsolve(A: Any, B: Any, dims: Any = None) -> Tensor:
    """The solution ``x`` of ``tensordot(A, x, x.ndim) = B``; ``dims`` of ``A`` are moved to the end first."""
    if dims is not None:
        last = shapes.axes_in(list(dims), A.ndim)
        moved = movement.permute(A, *[i for i in range(A.ndim) if i not in last], *last)
        return tensorsolve(moved, B)
    result = A.shape[B.ndim :]
    if shapes.count(result) != shapes.count(B.shape) or shapes.count(A.shape[: B.ndim]) != shapes.count(B.shape):
        raise placed(ShapeError("tensorsolve needs as many equations as unknowns", got=f"A {A.shape}, B {B.shape}"))
    return solve(A.reshape(-1, shapes.count(result)), B.reshape(-1)).reshape(result)
