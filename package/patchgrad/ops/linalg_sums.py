"""A tensor plus a product of matrices, each with a factor."""

from __future__ import annotations

from typing import Any

from patchgrad.errors import ShapeError
from patchgrad.ops import movement
from patchgrad.ops.linalg_products import bmm, mm, mv, outer
from patchgrad.ops.out import takes_out
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed
from patchgrad.tensor.precision import rounded_once, under_autocast

__all__ = ["addbmm", "addmm", "addmv", "addr", "baddbmm"]
METHODS = "addbmm addmm addmv addr baddbmm"
IN_PLACE = "addbmm addmm addmv addr baddbmm"


def _added(name: str, input: Any, product: Any, beta: Any, alpha: Any) -> Tensor:
    """``beta * input + alpha * product``. With beta 0 the input counts for nothing, even where it is NaN."""
    wanted = product.shape
    own = (1,) * (len(wanted) - input.ndim) + tuple(input.shape)
    if len(own) != len(wanted) or any(a not in (1, b) for a, b in zip(own, wanted, strict=True)):
        raise placed(
            ShapeError(
                f"{name} cannot add these shapes", got=f"input {input.shape}, product {wanted}", want=f"{wanted}"
            )
        )
    scaled = product if alpha == 1 else product * alpha
    if beta == 0:
        return scaled
    return movement.expand(input if beta == 1 else input * beta, *wanted) + scaled


@takes_out
@under_autocast
@rounded_once
def addmm(input: Any, mat1: Any, mat2: Any, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """``beta * input + alpha * (mat1 @ mat2)`` for matrices; ``input`` broadcasts."""
    return _added("addmm", input, mm(mat1, mat2), beta, alpha)


@takes_out
@under_autocast
@rounded_once
def addmv(input: Any, mat: Any, vec: Any, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """``beta * input + alpha * (mat @ vec)``; ``input`` broadcasts."""
    return _added("addmv", input, mv(mat, vec), beta, alpha)


@takes_out
@under_autocast
@rounded_once
def addr(input: Any, vec1: Any, vec2: Any, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """``beta * input + alpha * outer(vec1, vec2)``; ``input`` broadcasts."""
    return _added("addr", input, outer(vec1, vec2), beta, alpha)


@takes_out
@under_autocast
@rounded_once
def baddbmm(input: Any, batch1: Any, batch2: Any, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """``beta * input + alpha * (batch1 @ batch2)`` for batches of matrices; ``input`` broadcasts."""
    return _added("baddbmm", input, bmm(batch1, batch2), beta, alpha)


@takes_out
@under_autocast
@rounded_once
def addbmm(input: Any, batch1: Any, batch2: Any, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """``beta * input + alpha * (batch1 @ batch2).sum(0)``: the products of a batch added up."""
    return _added("addbmm", input, bmm(batch1, batch2).sum(0, dtype=batch1.dtype), beta, alpha)
