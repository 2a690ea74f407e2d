"""Determinants.

Rules: Giles 2008, section 2.2.4 (Jacobi's formula). The derivative of a determinant is the matrix of cofactors, which
exists for singular matrices too; there it comes from the singular value decomposition (Stewart 1998, "On the adjugate
matrix").
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from patchgrad.autograd.op import Sample, define
from patchgrad.backend import host
from patchgrad.ops import elementwise, matrices, shapes
from patchgrad.ops.linalg_inverse import well_conditioned
from patchgrad.ops.matrices import adjoint, conj
from patchgrad.ops.out import takes_out
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.precision import under_autocast

__all__ = ["det", "logdet", "slogdet"]
METHODS = "det logdet slogdet"


def _scaled(xp: Any, factor: Any, matrix: Any) -> Any:
    """Each matrix of a batch times its number."""
    return xp.expand_dims(xp.expand_dims(factor, axis=-1), axis=-1) * matrix


def _singular(xp: Any, a: Any, determinant: Any) -> bool:
    """Is the determinant of a matrix nothing but rounding, beside the product of the lengths of its rows?"""
    n = a.shape[-1]
    lengths = xp.sqrt(xp.sum(xp.real(a * conj(xp, a)) if matrices.is_complex(a) else a * a, axis=-1))
    least = 10 * n * float(xp.finfo(a.dtype).eps) * xp.prod(lengths, axis=-1)
    return n > 0 and bool(xp.any(xp.abs(determinant) <= least))


def _cofactors(xp: Any, a: Any) -> Any:
    """``conj(det(a)) * inv(a).mH`` where that is exact, else by singular values."""
    determinant = xp.linalg.det(a)
    if not _singular(xp, a, determinant):
        return _scaled(xp, conj(xp, determinant), adjoint(xp, xp.linalg.inv(a)))
    u, sizes, vh = xp.linalg.svd(a, full_matrices=False)
    others = [
        xp.prod(xp.concat((sizes[..., :i], sizes[..., i + 1 :]), axis=-1), axis=-1) for i in range(sizes.shape[-1])
    ]
    turn = conj(xp, xp.linalg.det(u) * xp.linalg.det(vh))
    return _scaled(xp, turn, xp.matmul(u * xp.expand_dims(xp.stack(others, axis=-1), axis=-2), vh))


def _cofactors_rule(xp: Any, ct: Any, s: Any) -> Any:
    """Of ``conj(d) Y`` with ``Y = inv(a).mH``, by the product rule; of a singular matrix by its singular values."""
    if _singular(xp, s.a, xp.ops.det(s.a)):
        return _singular_rule(xp, ct, s.a)
    y = adjoint(xp, xp.ops.inv(s.a))
    along = xp.sum(conj(xp, ct) * y, axis=(-2, -1))
    whole = _scaled(xp, along, y) - xp.matmul(xp.matmul(y, adjoint(xp, ct)), y)
    return _scaled(xp, conj(xp, xp.ops.det(s.a)), whole)


def _singular_rule(xp: Any, ct: Any, a: Any) -> Any:
    """Cofactors of a product are products of cofactors, and those of a diagonal matrix are products of its numbers.

    The second derivatives of ``det(diag(s))`` by (i, i) and (k, k), and less it by (i, k) and (k, i), are the product
    of all numbers but two.
    """
    u, sizes, vh = xp.ops.svd(a)
    n = a.shape[-1]
    eye = host.eye(n, dtype=bool)
    left_out = eye[:, None, :] | eye[None, :, :]
    rest = xp.where(xp.asarray(left_out), 1.0, xp.expand_dims(xp.expand_dims(sizes, axis=-2), axis=-2))
    rest = xp.where(xp.asarray(eye), 0.0, xp.prod(rest, axis=-1))
    turned = conj(xp, xp.matmul(xp.matmul(adjoint(xp, u), ct), adjoint(xp, vh)))
    own = xp.matmul(rest, xp.expand_dims(matrices.diagonal_of(xp, turned), axis=-1))[..., 0]
    inner = matrices.on_diagonal(xp, own) - rest * xp.matrix_transpose(turned)
    turn = conj(xp, xp.ops.det(u) * xp.ops.det(vh))
    return _scaled(xp, turn, xp.matmul(xp.matmul(u, inner), vh))


COFACTORS = define(
    "cofactors",
    inputs=("a",),
    batching="leading",
    forward=_cofactors,
    shape=lambda a: matrices.matrix("cofactors", a, square=True),
    dtype="same",
    saves=("a",),
    vjps={"a": _cofactors_rule},
    formula=r"\overline{\det A} \; A^{-\mathsf{H}}",
    samples=lambda draw: [Sample((well_conditioned(draw, 3, 3),)), Sample((well_conditioned(draw, 2, 2, 2),))],
)
DET = define(
    "det",
    inputs=("a",),
    batching="leading",
    forward=lambda xp, a: xp.linalg.det(a),
    shape=lambda a: matrices.matrix("linalg.det", a, square=True)[:-2],
    dtype="same",
    saves=("a",),
    vjps={"a": lambda xp, ct, s: _scaled(xp, ct, xp.ops.cofactors(s.a))},
    cost=lambda a: 2 * shapes.count(a) * a[-1] // 3,
    formula=r"\det A",
    samples=lambda draw: [
        Sample((draw(3, 3),)),
        Sample((draw(2, 2, 2),), label="batch"),
        Sample((draw(1, 1),), label="one number"),
    ],
    errors=lambda draw: [Sample((draw(2, 3),)), Sample((draw(3),), label="a vector")],
)


def _slogdet(xp: Any, a: Any) -> Any:
    found = xp.linalg.slogdet(a)
    return found[0], found[1]


def _slogdet_rule(xp: Any, cts: Any, s: Any, wanted: list[bool]) -> tuple[Any]:
    """``d log det = tr(inv(a) da)``: its real part moves the logarithm, its imaginary part turns the sign."""
    ct_sign, ct_log = cts
    factor = ct_log
    if ct_sign is not None and matrices.is_complex(s.a):
        turn = -1j * xp.imag(xp.conj(ct_sign) * s.sign)
        factor = turn if factor is None else factor + turn
    inverse = adjoint(xp, xp.ops.inv(s.a))
    return (xp.zeros_like(s.a) if factor is None else _scaled(xp, factor, inverse),)


SLOGDET = define(
    "slogdet",
    inputs=("a",),
    batching="leading",
    outputs=("sign", "logabsdet"),
    forward=_slogdet,
    shape=lambda a: (matrices.matrix("linalg.slogdet", a, square=True)[:-2],) * 2,
    dtype=lambda kinds, attrs: (kinds[0], matrices.real_kind(kinds[0])),
    saves=("a", "sign"),
    joint=_slogdet_rule,
    cost=lambda a: 2 * shapes.count(a) * a[-1] // 3,
    formula=r"\ln |\det A|",
    samples=lambda draw: [
        Sample((well_conditioned(draw, 3, 3),)),
        Sample((well_conditioned(draw, 2, 2, 2),), label="batch"),
    ],
    errors=lambda draw: [Sample((draw(2, 3),))],
)


class SignAndLogarithm(NamedTuple):
    """What `slogdet` gives."""

    sign: Tensor
    logabsdet: Tensor


@takes_out
@under_autocast
def det(input: Any) -> Tensor:
    """The determinant of square matrices: (..., n, n) -> (...).

    Gradient, with ``ct`` the cotangent of ``y``
        ct times the matrix of cofactors, which is ``conj(y) * inv(input).mH`` unless the matrix is singular
    """
    matrices.check("linalg.det", input, square=True)
    return apply(DET, input)


@takes_out
@under_autocast
def slogdet(input: Any) -> SignAndLogarithm:
    """Sign and logarithm of the absolute value of the determinant, which itself might overflow.

    Shapes
        input (..., n, n)  ->  sign (...), logabsdet (...); 0 and -inf for a singular matrix
    """
    matrices.check("linalg.slogdet", input, square=True)
    return SignAndLogarithm(*apply(SLOGDET, input))


def logdet(input: Any) -> Tensor:
    """The logarithm of the determinant: NaN where that is negative, -inf where it is 0."""
    sign, logarithm = slogdet(input)
    if not sign.dtype.is_complex:
        return elementwise.where(sign == -1, math.nan, logarithm)
    return logarithm + elementwise.log(sign)
