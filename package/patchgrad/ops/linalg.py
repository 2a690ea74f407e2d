"""The products that everything else is made of: matrix product and affine map."""

from __future__ import annotations

from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.errors import ShapeError
from patchgrad.ops import shapes
from patchgrad.ops.matrices import adjoint, conj
from patchgrad.ops.out import takes_out
from patchgrad.tensor import Tensor, apply
from patchgrad.typing import Shape

__all__ = ["matmul"]
METHODS = "matmul"


def _flops(a: Shape, b: Shape) -> int:
    return 2 * a[-1] * shapes.count(shapes.matmul(a, b))


def _grad_a(xp: Any, ct: Any, s: Any) -> Any:
    if len(s.shape_of("b")) == 1:
        return xp.expand_dims(ct, axis=-1) * conj(xp, s.b)
    if len(s.shape_of("a")) == 1:
        return xp.matmul(conj(xp, s.b), xp.expand_dims(ct, axis=-1))[..., 0]
    return xp.matmul(ct, adjoint(xp, s.b))


def _grad_b(xp: Any, ct: Any, s: Any) -> Any:
    if len(s.shape_of("a")) == 1:
        if len(s.shape_of("b")) == 1:
            return ct * conj(xp, s.a)
        return xp.expand_dims(conj(xp, s.a), axis=-1) * xp.expand_dims(ct, axis=-2)
    if len(s.shape_of("b")) == 1:
        return xp.matmul(adjoint(xp, s.a), xp.expand_dims(ct, axis=-1))[..., 0]
    return xp.matmul(adjoint(xp, s.a), ct)


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


@takes_out
def matmul(input: Tensor, other: Tensor) -> Tensor:
    """Matrix product ``y = input @ other``, below ``a @ b``.

    Shapes
        a (..., n, k), b (..., k, m)  ->  y (..., n, m); leading axes broadcast; vectors as in the array API
    Gradient, with ``ct`` the cotangent of ``y``
        a: ct @ b.mH        b: a.mH @ ct
    Errors
        ShapeError  if the inner sizes differ.
    Cost
        2*n*k*m floating-point operations; keeps a and b until backward.
    Source
        Giles 2008, collected matrix derivative results (product rule).
    """
    return apply(MATMUL, input, other)


def _linear(xp: Any, x: Any, weight: Any, bias: Any) -> Any:
    y = xp.matmul(_rows(xp, x), xp.matrix_transpose(weight))
    if bias is not None:
        y += bias
    return y if x.ndim == 2 else xp.reshape(y, (*x.shape[:-1], weight.shape[0]))


def _rows(xp: Any, x: Any) -> Any:
    """All axes but the last as one: a single large product instead of many small ones."""
    return x if len(x.shape) == 2 else xp.reshape(x, (-1, x.shape[-1]))


def _linear_shape(x: Shape, weight: Shape, bias: Shape | None) -> Shape:
    fits = len(x) > 0 and len(weight) == 2 and x[-1] == weight[1] and bias in (None, weight[:1])
    if not fits:
        raise ShapeError(
            f"linear cannot take x: {tuple(x)}",
            got=f"x: {tuple(x)}, weight: {tuple(weight)}" + ("" if bias is None else f", bias: {tuple(bias)}"),
            want=f"x: (..., {weight[-1]})" if len(weight) == 2 else "weight: (out_features, in_features)",
            hint="flatten the axes behind the batch first: x.flatten(1)"
            if len(weight) == 2 and shapes.count(x[1:]) == weight[1]
            else "set in_features to the last size of x",
        )
    return (*x[:-1], weight[0])


LINEAR = define(
    "linear",
    inputs=("x", "weight", "bias"),
    forward=_linear,
    shape=_linear_shape,
    saves=("x", "weight"),
    vjps={
        "x": lambda xp, ct, s: xp.reshape(xp.matmul(_rows(xp, ct), conj(xp, s.weight)), s.shape_of("x")),
        "weight": lambda xp, ct, s: xp.matmul(xp.matrix_transpose(_rows(xp, ct)), conj(xp, _rows(xp, s.x))),
        "bias": lambda xp, ct, s: xp.sum(_rows(xp, ct), axis=0),
    },
    cost=lambda x, weight, bias: 2 * shapes.count(x) * weight[0],
    formula=r"y = x W^\top + b",
    samples=lambda draw: [
        Sample((draw(3, 4), draw(5, 4), draw(5)), label="rows"),
        Sample((draw(2, 3, 4), draw(5, 4), None), label="batch, no bias"),
        Sample((draw(4), draw(5, 4), draw(5)), label="one row"),
    ],
    errors=lambda draw: [
        Sample((draw(3, 5), draw(2, 4), None)),
        Sample((draw(3, 2, 2), draw(2, 4), None), label="not flattened"),
        Sample((draw(3, 4), draw(2, 4), draw(3)), label="bias"),
    ],
)


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Affine map of the last axis: ``y = input @ weight.T + bias``.

    Shapes
        input (..., in_features), weight (out_features, in_features), bias (out_features,)  ->  y (..., out_features)
    Gradient, with ``ct`` the cotangent of ``y``
        input: ct @ weight        weight: ct.T @ input        bias: ct, summed over all rows
    Errors
        ShapeError  if the last size of input is not in_features.
    """
    return apply(LINEAR, input, weight, bias)
