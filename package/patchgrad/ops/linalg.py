"""Products of matrices."""

from __future__ import annotations

from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.ops import shapes
from patchgrad.tensor import Tensor, apply
from patchgrad.typing import Shape


def _flops(a: Shape, b: Shape) -> int:
    return 2 * a[-1] * shapes.count(shapes.matmul(a, b))


def _grad_a(xp: Any, ct: Any, s: Any) -> Any:
    if len(s.shape_of("b")) == 1:
        return xp.expand_dims(ct, axis=-1) * s.b
    if len(s.shape_of("a")) == 1:
        return xp.matmul(s.b, xp.expand_dims(ct, axis=-1))[..., 0]
    return xp.matmul(ct, xp.matrix_transpose(s.b))


def _grad_b(xp: Any, ct: Any, s: Any) -> Any:
    if len(s.shape_of("a")) == 1:
        if len(s.shape_of("b")) == 1:
            return ct * s.a
        return xp.expand_dims(s.a, axis=-1) * xp.expand_dims(ct, axis=-2)
    if len(s.shape_of("b")) == 1:
        return xp.matmul(xp.matrix_transpose(s.a), xp.expand_dims(ct, axis=-1))[..., 0]
    return xp.matmul(xp.matrix_transpose(s.a), ct)


MATMUL = define(
    "matmul",
    inputs=("a", "b"),
    forward=lambda xp, a, b: xp.matmul(a, b),
    shape=shapes.matmul,
    saves=("a", "b"),
    vjps={"a": _grad_a, "b": _grad_b},
    cost=_flops,
    formula=r"y_{ij} = \sum_k a_{ik} b_{kj}",
    samples=lambda draw: [
        Sample((draw(3, 4), draw(4, 5)), label="matrices"),
        Sample((draw(2, 3, 4), draw(4, 5)), label="batch"),
        Sample((draw(2, 1, 3, 4), draw(3, 4, 2)), label="broadcast batch"),
        Sample((draw(4), draw(4, 5)), label="vector, matrix"),
        Sample((draw(3, 4), draw(4)), label="matrix, vector"),
        Sample((draw(4), draw(4)), label="vectors"),
    ],
)


def matmul(a: Tensor, b: Tensor) -> Tensor:
    """Matrix product ``y = a @ b``.

    Shapes
        a (..., n, k), b (..., k, m)  ->  y (..., n, m); leading axes broadcast; vectors as in the array API
    Gradient, with ``ct`` the cotangent of ``y``
        a: ct @ b.mT        b: a.mT @ ct
    Errors
        ShapeError  if the inner sizes differ.
    Cost
        2*n*k*m floating-point operations; keeps a and b until backward.
    Source
        Giles 2008, collected matrix derivative results (product rule).
    """
    return apply(MATMUL, a, b)


mm = bmm = matmul
