"""Symmetric and Hermitian matrices as ``L D L.mH``, with blocks of one and two numbers in D.

Neither NumPy nor the standard has it, so it is written here, matrix by matrix. Source: Bunch and Kaufman 1977, with the
packing and the pivots of LAPACK's ``sytrf``.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from patchgrad.autograd.op import Sample, define
from patchgrad.backend import host
from patchgrad.errors import LinAlgError, ShapeError
from patchgrad.ops import matrices, shapes
from patchgrad.ops.matrices import conj
from patchgrad.ops.out import takes_out
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.typing import Shape

ALPHA = (1 + math.sqrt(17)) / 8
"""The growth of the elements is least when a pivot must be this large beside its column."""


def _factor(xp: Any, a: Any, hermitian: bool) -> Any:
    packed = xp.asarray(a, copy=True)
    pivots = xp.zeros(a.shape[:-1], dtype=xp.int32)
    info = xp.zeros(a.shape[:-2], dtype=xp.int32)
    for place in host.ndindex(*a.shape[:-2]):
        info[place] = _factor_one(xp, packed[place], pivots[place], hermitian)
    return xp.tril(packed), pivots, info


def _factor_one(xp: Any, a: Any, pivots: Any, hermitian: bool) -> int:
    """Factor the lower triangle where it stands; the number of the first pivot that is 0, else 0."""
    k, zero, n = 0, 0, a.shape[0]
    while k < n:
        chosen, step = _pivot(xp, a, k, hermitian)
        last = k + step - 1
        if chosen != last:
            _exchange(xp, a, k, last, chosen, hermitian)
        below = a[last + 1 :, k : last + 1]
        block = _block(xp, a, k, step, hermitian)
        if step == 1 and complex(block[0, 0]) == 0:
            zero = zero or k + 1
        else:
            whole = _times_inverse(xp, below, block)
            turned = conj(xp, below) if hermitian else below
            a[last + 1 :, last + 1 :] -= xp.tril(xp.matmul(whole, turned.T))
            below[...] = whole
        pivots[k : last + 1] = chosen + 1 if step == 1 else -(chosen + 1)
        k += step
    return zero


def _size(xp: Any, x: Any) -> Any:
    return xp.abs(x.real) + xp.abs(x.imag) if matrices.is_complex(x) else xp.abs(x)


def _pivot(xp: Any, a: Any, k: int, hermitian: bool) -> tuple[int, int]:
    """The row to exchange, and whether the pivot is one number or a block of two by two."""
    own = float(abs(a[k, k].real) if hermitian else _size(xp, a[k, k]))
    column = _size(xp, a[k + 1 :, k])
    best = float(column.max()) if column.size else 0.0
    if max(own, best) == 0 or own >= ALPHA * best:
        return k, 1
    other = k + 1 + int(xp.argmax(column))
    row = max(float(_size(xp, part).max()) for part in (a[other, k:other], a[other + 1 :, other]) if part.size)
    if own >= ALPHA * best * (best / row):
        return k, 1
    opposite = float(abs(a[other, other].real) if hermitian else _size(xp, a[other, other]))
    return (other, 1) if opposite >= ALPHA * row else (other, 2)


def _exchange(xp: Any, a: Any, k: int, last: int, chosen: int, hermitian: bool) -> None:
    """Rows and columns ``last`` and ``chosen`` of a matrix of which only the lower triangle is kept."""
    _swap(xp, a[chosen + 1 :, last], a[chosen + 1 :, chosen])
    _swap(xp, a[last + 1 : chosen, last], a[chosen, last + 1 : chosen])
    if hermitian:
        a[last + 1 : chosen, last] = conj(xp, a[last + 1 : chosen, last])
        a[chosen, last + 1 : chosen] = conj(xp, a[chosen, last + 1 : chosen])
        a[chosen, last] = conj(xp, a[chosen, last])
    _swap(xp, a[last : last + 1, last], a[chosen : chosen + 1, chosen])
    if last > k:
        _swap(xp, a[last : last + 1, k], a[chosen : chosen + 1, k])


def _swap(xp: Any, a: Any, b: Any) -> None:
    kept = xp.asarray(a, copy=True)
    a[...] = b
    b[...] = kept


def _block(xp: Any, a: Any, k: int, step: int, hermitian: bool) -> Any:
    """The block of D that starts at k."""
    block = xp.asarray(a[k : k + step, k : k + step], copy=True)
    if step == 2:
        block[0, 1] = conj(xp, block[1, 0]) if hermitian else block[1, 0]
    return block


def _times_inverse(xp: Any, x: Any, block: Any) -> Any:
    return x / block if block.shape[0] == 1 else xp.linalg.solve(block.T, x.T).T


def _solve(xp: Any, a: Any, pivots: Any, b: Any, hermitian: bool) -> Any:
    batch = shapes.broadcast(a.shape[:-2], b.shape[:-2])
    a, pivots = xp.broadcast_to(a, (*batch, *a.shape[-2:])), xp.broadcast_to(pivots, (*batch, a.shape[-1]))
    out = xp.asarray(xp.broadcast_to(b, (*batch, *b.shape[-2:])), copy=True)
    for place in host.ndindex(*batch):
        _solve_one(xp, a[place], [int(entry) for entry in pivots[place]], out[place], hermitian)
    return out


def _solve_one(xp: Any, a: Any, pivots: list[int], b: Any, hermitian: bool) -> None:
    """L, then D, then the transpose of L, each undoing its exchange of rows."""
    blocks: list[tuple[int, int]] = []
    k = 0
    while k < len(pivots):
        blocks.append((k, 1 if pivots[k] > 0 else 2))
        k += blocks[-1][1]
    for k, step in blocks:
        _rows(xp, b, k + step - 1, abs(pivots[k]) - 1)
        b[k + step :] -= xp.matmul(a[k + step :, k : k + step], b[k : k + step])
        block = _block(xp, a, k, step, hermitian)
        b[k : k + step] = b[k : k + step] / block if step == 1 else xp.linalg.solve(block, b[k : k + step])
    for k, step in reversed(blocks):
        lower = a[k + step :, k : k + step]
        b[k : k + step] -= xp.matmul((conj(xp, lower) if hermitian else lower).T, b[k + step :])
        _rows(xp, b, k + step - 1, abs(pivots[k]) - 1)


def _rows(xp: Any, b: Any, i: int, j: int) -> None:
    if i != j:
        _swap(xp, b[i], b[j])


def _factor_shapes(a: Shape, **_: Any) -> tuple[Shape, Shape, Shape]:
    matrices.matrix("linalg.ldl_factor", a, square=True)
    return a, a[:-1], a[:-2]


def _solve_shape(ld: Shape, pivots: Shape, b: Shape, **_: Any) -> Shape:
    if len(b) < 2 or b[-2] != ld[-1] or pivots[-1:] != ld[-1:]:
        raise ShapeError(
            "linalg.ldl_solve needs as many rows on the right as on the left",
            got=f"LD {ld}, pivots {pivots}, B {b}",
            want="LD (..., n, n), pivots (..., n), B (..., n, k)",
        )
    return (*shapes.broadcast(ld[:-2], b[:-2]), *b[-2:])


def _solve_rule(xp: Any, ct: Any, s: Any) -> Any:
    """The adjoint of a Hermitian matrix is itself, that of a symmetric one its conjugate."""
    if s.hermitian:
        return xp.ops.ldl_solve(s.LD, s.pivots, ct, hermitian=True)
    return conj(xp, xp.ops.ldl_solve(s.LD, s.pivots, conj(xp, ct), hermitian=False))


def _symmetric(draw: Any, *shape: int) -> Any:
    a = draw(*shape)
    return a + host.swapaxes(a, -1, -2)


LDL = define(
    "ldl_factor",
    inputs=("a",),
    outputs=("LD", "pivots", "info"),
    forward=_factor,
    shape=_factor_shapes,
    dtype=lambda kinds, attrs: (kinds[0], host.dtype("int32"), host.dtype("int32")),
    beyond="exchanges rows and columns in place",
    cost=lambda a, **_: shapes.count(a) * a[-1] // 3,
    formula=r"P^\mathsf{T} A P = L D L^\mathsf{T}",
    samples=lambda draw: [
        Sample((_symmetric(draw, 4, 4),), {"hermitian": False}),
        Sample((_symmetric(draw, 2, 3, 3),), {"hermitian": False}, "batch"),
    ],
    errors=lambda draw: [Sample((draw(2, 3),), {"hermitian": False})],
)


def _solve_samples(draw: Any) -> list[Sample]:
    found: list[Sample] = []
    for shape in ((4, 4), (2, 3, 3)):
        packed, pivots, _ = _factor(host, _symmetric(draw, *shape), False)
        found.append(Sample((packed, pivots, draw(*shape[:-1], 2)), {"hermitian": False}, f"{len(shape)} axes"))
    return found


LDL_SOLVE = define(
    "ldl_solve",
    inputs=("LD", "pivots", "b"),
    forward=_solve,
    shape=_solve_shape,
    dtype=lambda kinds, attrs: kinds[2],
    saves=("LD", "pivots"),
    vjps={"b": _solve_rule},
    beyond="exchanges rows in place",
    cost=lambda ld, pivots, b, **_: 2 * shapes.count(b) * ld[-1],
    formula=r"A X = B",
    samples=_solve_samples,
)


class Packed(NamedTuple):
    """What `linalg.ldl_factor` gives."""

    LD: Tensor
    pivots: Tensor


class PackedAndInfo(NamedTuple):
    """What `linalg.ldl_factor_ex` gives."""

    LD: Tensor
    pivots: Tensor
    info: Tensor


@takes_out
def ldl_factor(A: Any, *, hermitian: bool = False) -> Packed:
    """Packed factors of symmetric (with ``hermitian`` Hermitian) matrices, of which the lower triangle is read.

    Shapes
        A (..., n, n)  ->  LD (..., n, n), pivots (..., n), counted from 1, negative for blocks of two

    Raises LinAlgError for a matrix whose D has a 0. It has no gradient, as in PyTorch.
    """
    return Packed(*ldl_factor_ex(A, hermitian=hermitian, check_errors=True)[:2])


@takes_out
def ldl_factor_ex(A: Any, *, hermitian: bool = False, check_errors: bool = False) -> PackedAndInfo:
    """`ldl_factor` that gives, for each matrix, the number of the first 0 on D (0: none) in place of an error."""
    matrices.check("linalg.ldl_factor", A, square=True)
    found = PackedAndInfo(*apply(LDL, A, hermitian=hermitian and A.dtype.is_complex))
    if check_errors and bool((found.info != 0).any()):
        raise placed(
            LinAlgError("linalg.ldl_factor: a matrix is singular", got=f"info={found.info.tolist()}", want="no 0 on D")
        )
    return found


@takes_out
def ldl_solve(LD: Any, pivots: Any, B: Any, *, hermitian: bool = False) -> Tensor:
    """X with ``A @ X = B``, from the factors of A that `ldl_factor` gives.

    Shapes
        LD (..., n, n), pivots (..., n), B (..., n, k)  ->  (..., n, k)
    """
    matrices.check("linalg.ldl_solve", LD, B)
    return apply(LDL_SOLVE, LD, pivots, B, hermitian=hermitian and LD.dtype.is_complex)
