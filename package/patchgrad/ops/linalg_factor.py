"""QR and LU factorisations.

Rules: Walter and Lehmann 2018, "Algorithmic differentiation of linear algebra functions with application in optimum
experimental design", and Roberts and Roberts 2020, "QR and LQ decomposition matrix backpropagation algorithms".
"""

from __future__ import annotations

from typing import Any, NamedTuple

from patchgrad.autograd.op import Sample, define
from patchgrad.errors import ArgumentError, GradError
from patchgrad.ops import matrices, movement, shapes
from patchgrad.ops.linalg_products import conjugate
from patchgrad.ops.matrices import adjoint
from patchgrad.ops.out import takes_out
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.tensor.precision import under_autocast
from patchgrad.typing import Shape


def divided_by_adjoint(xp: Any, x: Any, r: Any) -> Any:
    """``x @ inv(r.mH)`` for an upper triangular ``r``."""
    return adjoint(xp, xp.ops.solve_triangular(r, adjoint(xp, x), upper=True, unit=False))


def _tall_rule(xp: Any, ct_q: Any, ct_r: Any, q: Any, r: Any) -> Any:
    inner: Any = None
    if ct_r is not None:
        inner = xp.matmul(ct_r, adjoint(xp, r))
    if ct_q is not None:
        part = xp.matmul(adjoint(xp, q), ct_q)
        inner = -part if inner is None else inner - part
    upper = xp.ops.band(inner, low=0, high=None)
    both = upper + adjoint(xp, upper)
    whole = xp.matmul(q, both - xp.ops.band(both, low=0, high=0) / 2)
    return divided_by_adjoint(xp, whole if ct_q is None else whole + ct_q, r)


def _qr_rule(xp: Any, cts: Any, s: Any, wanted: list[bool]) -> tuple[Any]:
    """A wide matrix is its square part, whose rule is that of tall ones, and columns that follow from Q."""
    ct_q, ct_r = cts
    m, n = s.shape_of("a")[-2:]
    if s.mode == "complete" and m > n:
        raise GradError(
            "linalg.qr has no gradient in mode 'complete' for tall matrices: the last columns of Q are free",
            got=f"shape {s.shape_of('a')}",
            hint="use mode='reduced'",
        )
    if m >= n:
        return (_tall_rule(xp, ct_q, ct_r, s.Q, s.R),)
    first = s.R[..., :, :m]
    if ct_r is None:
        square = _tall_rule(xp, ct_q, None, s.Q, first)
        return (xp.concat((square, xp.zeros_like(s.R[..., :, m:])), axis=-1),)
    rest = xp.matmul(s.Q, s.R[..., :, m:])
    moved = xp.matmul(rest, adjoint(xp, ct_r[..., :, m:]))
    square = _tall_rule(xp, moved if ct_q is None else ct_q + moved, ct_r[..., :, :m], s.Q, first)
    return (xp.concat((square, xp.matmul(s.Q, ct_r[..., :, m:])), axis=-1),)


def _qr_shapes(a: Shape, mode: str) -> tuple[Shape, Shape]:
    matrices.matrix("linalg.qr", a)
    *batch, m, n = a
    k = m if mode == "complete" else min(m, n)
    return (*batch, m, k), (*batch, k, n)


def _qr(xp: Any, a: Any, mode: str) -> Any:
    found = xp.linalg.qr(a, mode=mode)
    return found[0], found[1]


QR = define(
    "qr",
    inputs=("a",),
    batching="leading",
    outputs=("Q", "R"),
    forward=_qr,
    shape=_qr_shapes,
    dtype="same",
    saves=("Q", "R"),
    joint=_qr_rule,
    cost=lambda a, **_: 2 * shapes.count(a) * min(a[-2:]),
    formula="A = Q R",
    samples=lambda draw: [
        Sample((draw(3, 3),), {"mode": "complete"}, "square"),
        Sample((draw(4, 2),), {"mode": "reduced"}, "tall"),
        Sample((draw(2, 2, 3),), {"mode": "reduced"}, "wide, batch"),
    ],
    errors=lambda draw: [Sample((draw(3),), {"mode": "reduced"})],
)


class Factors(NamedTuple):
    """What `linalg.qr` gives."""

    Q: Tensor
    R: Tensor


@takes_out
@under_autocast
def qr(A: Any, mode: str = "reduced") -> Factors:
    """``A = Q @ R`` with orthonormal columns of Q and R upper triangular.

    Parameters
        mode  "reduced"; "complete": Q square; "r": R alone, Q empty
    Shapes
        A (..., m, n)  ->  Q (..., m, k), R (..., k, n) with k = min(m, n), or m in mode "complete"
    """
    matrices.check("linalg.qr", A)
    if mode not in ("reduced", "complete", "r"):
        raise placed(ArgumentError("linalg.qr has no such mode", got=f"{mode!r}", want="'reduced', 'complete' or 'r'"))
    if mode != "r":
        return Factors(*apply(QR, A, mode=mode))
    blank = Tensor(A.backend.xp.zeros((0,), dtype=A.data.dtype))
    return Factors(blank, apply(QR, A, mode="reduced")[1])


@takes_out
def householder_product(A: Any, tau: Any) -> Tensor:
    """The first columns of the product of reflections ``I - tau_i v_i v_i.mH``.

    Shapes
        A (..., m, n), m >= n, column i holds v_i below its diagonal, which counts as 1; tau (..., k)  ->  (..., m, n)
    """
    matrices.check("linalg.householder_product", A)
    m, n = A.shape[-2:]
    eye = A.backend.xp.eye(m, dtype=A.data.dtype)
    product: Any = movement.expand(Tensor(eye[:, :n]), *A.shape)
    below = apply(matrices.BAND, A, low=None, high=-1) + Tensor(eye[:, :n])
    for i in reversed(range(tau.shape[-1])):
        v = below[..., :, i : i + 1]
        product = product - tau[..., i : i + 1].unsqueeze(-1) * (v @ (conjugate(v).mT @ product))
    return product
