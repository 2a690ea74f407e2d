"""LU factorisation with exchanges of rows, and what is solved with it.

Neither NumPy nor the standard has one, so it is written here, a column at a time for the whole batch.
Rule: Walter and Lehmann 2018, "Algorithmic differentiation of linear algebra functions with application in optimum
experimental design", extended to matrices that are not square by their blocks.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from patchgrad.autograd.op import Sample, define
from patchgrad.backend import host
from patchgrad.errors import ArgumentError
from patchgrad.ops import elementwise, linalg_inverse, matrices, shapes
from patchgrad.ops.linalg import matmul
from patchgrad.ops.linalg_factor import divided_by_adjoint
from patchgrad.ops.linalg_products import conjugate
from patchgrad.ops.matrices import adjoint, is_complex
from patchgrad.ops.out import takes_out
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.typing import Shape

__all__ = ["lu_unpack"]


def _eliminate(xp: Any, a: Any) -> Any:
    """Packed factors, pivots counted from 1, and the permutation P with ``A = P L U``."""
    m, n = a.shape[-2:]
    count = shapes.count(a.shape[:-2])
    packed = xp.reshape(xp.asarray(a, copy=True), (count, m, n))
    rows = xp.arange(count)
    order = xp.broadcast_to(xp.arange(m), (count, m)).copy()
    pivots = xp.zeros((count, min(m, n)), dtype=xp.int32)
    for j in range(min(m, n)):
        column = packed[:, j:, j]
        size = xp.abs(column.real) + xp.abs(column.imag) if is_complex(column) else xp.abs(column)
        best = xp.argmax(size, axis=1) + j
        pivots[:, j] = best + 1
        for array in (packed, order):
            kept = array[rows, best].copy()
            array[rows, best] = array[:, j]
            array[:, j] = kept
        pivot = packed[:, j : j + 1, j]
        packed[:, j + 1 :, j] /= xp.where(pivot == 0, 1, pivot)
        packed[:, j + 1 :, j + 1 :] -= packed[:, j + 1 :, j : j + 1] * packed[:, j : j + 1, j + 1 :]
    exchange = (order[:, None, :] == xp.arange(m)[:, None]).astype(a.dtype)
    batch = a.shape[:-2]
    return (
        xp.reshape(packed, a.shape),
        xp.reshape(pivots, (*batch, min(m, n))),
        xp.reshape(exchange, (*batch, m, m)),
    )


def _lu_rule(xp: Any, cts: Any, s: Any, wanted: list[bool]) -> tuple[Any]:
    """From the cotangent of the packed factors; the permutation does not move."""
    m, n = s.shape_of("a")[-2:]
    k = min(m, n)
    ct, packed = cts[0], s.LU
    if ct is None:
        return (xp.zeros_like(packed),)
    lower = xp.ops.band(ct, low=None, high=-1)
    upper = xp.ops.band(ct, low=0, high=None)
    square, ct_l = packed[..., :k, :k], lower[..., :k, :k]
    strict = xp.ops.band(square, low=None, high=-1)
    u = xp.ops.band(square, low=0, high=None)
    below = xp.matmul(adjoint(xp, strict), ct_l) + ct_l
    above = xp.matmul(upper[..., :k, :k], adjoint(xp, u))
    right = upper[..., :k, k:]
    if n > k:
        below = below - xp.matmul(right, adjoint(xp, packed[..., :k, k:]))
    if m > k:
        above = above - xp.matmul(adjoint(xp, packed[..., k:, :k]), lower[..., k:, :k])
    inner = xp.ops.band(below, low=None, high=-1) + xp.ops.band(above, low=0, high=None)
    unit = adjoint(xp, square)
    whole = divided_by_adjoint(xp, xp.ops.solve_triangular(unit, inner, upper=True, unit=True), u)
    if n > k:
        whole = xp.concat((whole, xp.ops.solve_triangular(unit, right, upper=True, unit=True)), axis=-1)
    if m > k:
        whole = xp.concat((whole, divided_by_adjoint(xp, lower[..., k:, :k], u)), axis=-2)
    return (xp.matmul(s.P, whole),)


def _lu_shapes(a: Shape) -> tuple[Shape, Shape, Shape]:
    matrices.matrix("linalg.lu_factor", a)
    *batch, m, n = a
    return tuple(a), (*batch, min(m, n)), (*batch, m, m)


LU = define(
    "lu",
    inputs=("a",),
    batching="leading",
    outputs=("LU", "pivots", "P"),
    forward=_eliminate,
    shape=_lu_shapes,
    dtype=lambda kinds, attrs: (kinds[0], host.dtype("int32"), kinds[0]),
    saves=("LU", "P"),
    joint=_lu_rule,
    beyond="exchanges rows of a batch by arrays of indices",
    cost=lambda a: shapes.count(a) * min(a[-2:]),
    formula="A = P L U",
    samples=lambda draw: [
        Sample((draw(3, 3),), label="square"),
        Sample((draw(2, 4, 2),), label="tall, batch"),
        Sample((draw(2, 3),), label="wide"),
    ],
    errors=lambda draw: [Sample((draw(3),))],
)


class Packed(NamedTuple):
    """What `linalg.lu_factor` gives."""

    LU: Tensor
    pivots: Tensor


class PackedAndInfo(NamedTuple):
    """What `linalg.lu_factor_ex` gives."""

    LU: Tensor
    pivots: Tensor
    info: Tensor


class Unpacked(NamedTuple):
    """What `linalg.lu` and `lu_unpack` give."""

    P: Tensor
    L: Tensor
    U: Tensor


class ResultAndInfo(NamedTuple):
    """What `linalg.solve_ex` gives."""

    result: Tensor
    info: Tensor


class InverseAndInfo(NamedTuple):
    """What `linalg.inv_ex` gives."""

    inverse: Tensor
    info: Tensor


def _triangles(packed: Any) -> tuple[Any, Any]:
    m, n = packed.shape[-2:]
    k = min(m, n)
    ones = Tensor(packed.backend.xp.eye(m, k, dtype=packed.data.dtype))
    lower = apply(matrices.BAND, packed[..., :, :k], low=None, high=-1) + ones
    return lower, apply(matrices.BAND, packed[..., :k, :], low=0, high=None)


def _only_rows(A: Any, pivot: bool) -> None:
    matrices.check("linalg.lu", A)
    if not pivot:
        raise placed(ArgumentError("linalg.lu exchanges rows on the CPU", got="pivot=False", want="pivot=True"))


@takes_out
def lu(A: Any, *, pivot: bool = True) -> Unpacked:
    """``A = P @ L @ U``: a permutation, a lower triangle with ones on its diagonal, an upper triangle.

    Shapes
        A (..., m, n)  ->  P (..., m, m), L (..., m, k), U (..., k, n) with k = min(m, n)
    """
    _only_rows(A, pivot)
    packed, _, exchange = apply(LU, A)
    return Unpacked(exchange.detach(), *_triangles(packed))


@takes_out
def lu_factor(A: Any, *, pivot: bool = True) -> Packed:
    """Both triangles of `linalg.lu` in one matrix, and with which row each was exchanged, counted from 1 (int32)."""
    _only_rows(A, pivot)
    return Packed(*apply(LU, A)[:2])


@takes_out
def lu_factor_ex(A: Any, *, pivot: bool = True, check_errors: bool = False) -> PackedAndInfo:
    """`linalg.lu_factor` with ``info``: where the first 0 on the diagonal of U stands, counted from 1; else 0."""
    packed = lu_factor(A, pivot=pivot)
    return PackedAndInfo(*packed, first_zero(packed.LU))


def first_zero(packed: Any) -> Tensor:
    """Where the first 0 on the diagonal stands, counted from 1, or 0 (int32)."""
    k = min(packed.shape[-2:])
    xp = packed.backend.xp
    diagonal = xp.linalg.diagonal(packed.data[..., :k, :k])
    zero = diagonal == 0
    found = xp.where(xp.any(zero, axis=-1), xp.argmax(zero, axis=-1) + 1, 0) if k else xp.zeros(zero.shape[:-1])
    return Tensor(xp.asarray(found, dtype=xp.int32))


@takes_out
def lu_unpack(LU_data: Any, LU_pivots: Any, unpack_data: bool = True, unpack_pivots: bool = True) -> Unpacked:
    """P, L and U from what `linalg.lu_factor` gives; empty tensors for what is not asked for."""
    xp = LU_data.backend.xp
    blank = Tensor(xp.zeros((0,), dtype=LU_data.data.dtype))
    lower, upper = _triangles(LU_data) if unpack_data else (blank, blank)
    return Unpacked(_permutation(LU_data, LU_pivots) if unpack_pivots else blank, lower, upper)


def _permutation(packed: Any, pivots: Any) -> Tensor:
    """The exchanges one after another, as a matrix."""
    xp, m = packed.backend.xp, packed.shape[-2]
    count = shapes.count(packed.shape[:-2])
    order = xp.broadcast_to(xp.arange(m), (count, m)).copy()
    given, rows = xp.reshape(pivots.data, (count, pivots.shape[-1])), xp.arange(count)
    for j in range(given.shape[-1]):
        kept = order[rows, given[:, j] - 1].copy()
        order[rows, given[:, j] - 1] = order[:, j]
        order[:, j] = kept
    exchange = (order[:, None, :] == xp.arange(m)[:, None]).astype(packed.data.dtype)
    return Tensor(xp.reshape(exchange, (*packed.shape[:-2], m, m)))


@takes_out
def lu_solve(LU: Any, pivots: Any, B: Any, *, left: bool = True, adjoint: bool = False) -> Tensor:
    """The solution of ``A @ x = B`` (``x @ A = B`` with ``left=False``) from the packed factors of ``A``.

    Parameters
        adjoint  with ``A.mH`` in place of ``A``
    """
    matrices.check("linalg.lu_solve", LU, square=True)
    if not left:
        turned = lu_solve(LU, pivots, conjugate(B).mT, adjoint=not adjoint)
        return conjugate(turned).mT
    exchange = _permutation(LU, pivots)
    triangular = linalg_inverse.solve_triangular
    if adjoint:
        half = triangular(conjugate(LU).mT, B, upper=False)
        return matmul(exchange, triangular(conjugate(LU).mT, half, upper=True, unitriangular=True))
    half = triangular(LU, matmul(exchange.mT, B), upper=False, unitriangular=True)
    return triangular(LU, half, upper=True)


def _safe(A: Any) -> tuple[Any, Any, Tensor]:
    """``A`` with the identity where it is singular, where that is, and as ``info``."""
    info = first_zero(apply(LU, A.detach())[0])
    bad = (info != 0).unsqueeze(-1).unsqueeze(-1)
    return elementwise.where(bad, Tensor(A.backend.xp.eye(A.shape[-1], dtype=A.data.dtype)), A), bad, info


@takes_out
def inv_ex(A: Any, *, check_errors: bool = False) -> InverseAndInfo:
    """`linalg.inv` that raises nothing: ``info`` (int32) is 0, or the place of the first 0 on the diagonal of U.

    Where ``info`` is not 0 the inverse is inf.
    """
    matrices.check("linalg.inv_ex", A, square=True)
    if check_errors:
        linalg_inverse.inv(A.detach())
    safe, bad, info = _safe(A)
    return InverseAndInfo(elementwise.where(bad, host.inf, linalg_inverse.inv(safe)), info)


@takes_out
def solve_ex(A: Any, B: Any, *, left: bool = True, check_errors: bool = False) -> ResultAndInfo:
    """`linalg.solve` that raises nothing; where ``info`` is not 0 the matrix is singular and the result inf."""
    matrices.check("linalg.solve_ex", A, square=True)
    if check_errors:
        linalg_inverse.solve(A.detach(), B.detach(), left=left)
    safe, bad, info = _safe(A)
    found = linalg_inverse.solve(safe, B, left=left)
    return ResultAndInfo(elementwise.where(bad[..., 0] if found.ndim < bad.ndim else bad, host.inf, found), info)
