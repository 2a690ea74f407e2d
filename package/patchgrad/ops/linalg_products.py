"""Products of vectors, matrices and tensors: compositions of the matrix product."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from patchgrad.autograd.op import find
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.ops import elementwise, matrices, movement, reduce, shapes
from patchgrad.ops.linalg import matmul
from patchgrad.ops.out import takes_out
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed
from patchgrad.tensor.precision import under_autocast

__all__ = ["bmm", "chain_matmul", "dot", "ger", "inner", "kron", "mm", "mv", "outer", "tensordot", "vdot"]
METHODS = "bmm dot ger inner kron mm mv outer vdot"
PROPERTIES = "H mH"


def with_axes(name: str, count: int, *tensors: Any) -> tuple[Tensor, ...]:
    """The tensors. Raises ShapeError unless each has this number of axes."""
    if any(tensor.ndim != count for tensor in tensors):
        raise placed(
            ShapeError(
                f"{name} wants {count} axes",
                got=" and ".join(str(tensor.shape) for tensor in tensors),
                hint="matmul takes any number of axes",
            )
        )
    return tensors


@takes_out
def mm(input: Any, mat2: Any) -> Tensor:
    """Matrix product of two matrices, without broadcasting: (n, k), (k, m) -> (n, m)."""
    return matmul(*with_axes("mm", 2, input, mat2))


@takes_out
def bmm(input: Any, mat2: Any) -> Tensor:
    """Matrix products of two batches: (batch, n, k), (batch, k, m) -> (batch, n, m)."""
    a, b = with_axes("bmm", 3, input, mat2)
    if a.shape[0] != b.shape[0]:
        raise placed(
            ShapeError("bmm wants equally many matrices", got=f"{a.shape} and {b.shape}", hint="matmul broadcasts")
        )
    return matmul(a, b)


@takes_out
@under_autocast
def mv(input: Any, vec: Any) -> Tensor:
    """Matrix times vector: (n, k), (k,) -> (n,)."""
    return matmul(with_axes("mv", 2, input)[0], with_axes("mv", 1, vec)[0])


@takes_out
@under_autocast
def dot(input: Any, tensor: Any) -> Tensor:
    """Sum of the products of two vectors: (n,), (n,) -> ()."""
    return matmul(*with_axes("dot", 1, input, tensor))


@takes_out
@under_autocast
def vdot(input: Any, other: Any) -> Tensor:
    """`dot` with the conjugate of the first vector."""
    a, b = with_axes("vdot", 1, input, other)
    return matmul(conjugate(a), b)


def conjugate(x: Any) -> Tensor:
    """The complex conjugate; real tensors as they are."""
    return apply(find("conj"), x) if matrices.is_complex(x) else x


def adjoint(input: Any) -> Tensor:
    """The last two axes exchanged and the numbers conjugated."""
    return movement.transpose(conjugate(input), -2, -1)


def mH(input: Any) -> Tensor:
    """The conjugate transpose of matrices, over the last two axes."""
    return adjoint(input)


def H(input: Any) -> Tensor:
    """The conjugate transpose of one matrix; a number as it is, conjugated."""
    return adjoint(with_axes("H", 2, input)[0]) if input.ndim else conjugate(input)


@takes_out
@under_autocast
def outer(input: Any, vec2: Any) -> Tensor:
    """All products of two vectors: (n,), (m,) -> (n, m)."""
    a, b = with_axes("outer", 1, input, vec2)
    return movement.unsqueeze(a, -1) * b


ger = outer


@takes_out
def inner(input: Any, other: Any) -> Tensor:
    """Products summed over the last axis of both: (*, k), (+, k) -> (*, +)."""
    if not input.ndim or not other.ndim:
        return input * other
    if input.shape[-1] != other.shape[-1]:
        raise placed(
            ShapeError(
                "inner wants equal last axes",
                got=f"{input.shape} and {other.shape}",
                want="shapes (..., k) and (..., k)",
            )
        )
    return tensordot(input, other, ([-1], [-1]))


@takes_out
@under_autocast
def tensordot(a: Any, b: Any, dims: Any = 2) -> Tensor:
    """Products summed over pairs of axes.

    Parameters
        dims  so many last axes of ``a`` with the first of ``b``; or two lists of axes
    Shapes
        the axes of ``a`` that are left, then those of ``b``
    """
    axes_a, axes_b = _pairs(a, b, dims)
    rest_a = [i for i in range(a.ndim) if i not in axes_a]
    rest_b = [i for i in range(b.ndim) if i not in axes_b]
    sizes = [(a.shape[i], b.shape[j]) for i, j in zip(axes_a, axes_b, strict=True)]
    if any(left != right for left, right in sizes if 1 not in (left, right)):
        raise placed(
            ShapeError(
                "tensordot sums over axes of equal size",
                got=f"{a.shape}, {b.shape}, dims={dims}",
                want="the last axes of the first like the first of the second, or dims=(axes of a, axes of b)",
            )
        )
    for i, j in zip(axes_a, axes_b, strict=True):
        if a.shape[i] != b.shape[j]:  # as in PyTorch, an axis of size 1 meets the sum of the other
            a, b = (a, b.sum(j, True, dtype=b.dtype)) if a.shape[i] == 1 else (a.sum(i, True, dtype=a.dtype), b)
    total = shapes.count(a.shape[i] for i in axes_a)
    rows = shapes.count(a.shape[i] for i in rest_a)
    columns = shapes.count(b.shape[i] for i in rest_b)
    left = movement.reshape(movement.permute(a, *rest_a, *axes_a), rows, total)
    right = movement.reshape(movement.permute(b, *axes_b, *rest_b), total, columns)
    return matmul(left, right).reshape([a.shape[i] for i in rest_a] + [b.shape[i] for i in rest_b])


def _pairs(a: Any, b: Any, dims: Any) -> tuple[list[int], list[int]]:
    if isinstance(dims, Tensor):
        dims = dims.tolist()
    if isinstance(dims, int):
        if not 0 <= dims <= min(a.ndim, b.ndim):
            raise placed(
                ShapeError("tensordot cannot sum over so many axes", got=f"dims={dims} for {a.shape} and {b.shape}")
            )
        return list(range(a.ndim - dims, a.ndim)), list(range(dims))
    first, second = ([entry] if isinstance(entry, int) else list(entry) for entry in dims)
    if len(first) != len(second):
        raise placed(ArgumentError("tensordot needs equally many axes of both", got=f"dims={dims}"))
    return list(shapes.axes_in(first, a.ndim)), list(shapes.axes_in(second, b.ndim))


@takes_out
def kron(input: Any, other: Any) -> Tensor:
    """Kronecker product: every element of ``input`` times the whole of ``other``; missing axes are put in front."""
    ndim = max(input.ndim, other.ndim)
    a, b = ((1,) * (ndim - x.ndim) + tuple(x.shape) for x in (input, other))
    left = input.reshape([size for n in a for size in (n, 1)])
    right = other.reshape([size for n in b for size in (1, n)])
    return (left * right).reshape([n * m for n, m in zip(a, b, strict=True)])


@takes_out
def chain_matmul(*matrices: Any) -> Tensor:
    """`linalg.multi_dot` of matrices that are given one by one."""
    return multi_dot(matrices)


@takes_out
def multi_dot(tensors: Sequence[Any]) -> Tensor:
    """The product of several matrices, in the order that costs least; the first and last may be vectors.

    Source
        Hu and Shing 1982 name the problem; solved here by dynamic programming over where the last product stands.
    """
    if len(tensors) < 2:
        raise placed(ArgumentError("multi_dot needs at least two matrices", got=f"{len(tensors)}"))
    chain = list(tensors)
    first, last = chain[0].ndim == 1, chain[-1].ndim == 1
    chain[0] = chain[0].unsqueeze(0) if first else chain[0]
    chain[-1] = chain[-1].unsqueeze(1) if last else chain[-1]
    with_axes("multi_dot", 2, *chain)
    for a, b in pairwise(chain):
        shapes.matmul(a.shape, b.shape)
    product = _product(chain, _order(chain), 0, len(chain) - 1)
    dropped = [axis for axis, vector in ((0, first), (-1, last)) if vector]
    for axis in reversed(dropped):
        product = movement.squeeze(product, axis)
    return product


def _order(chain: list[Any]) -> dict[tuple[int, int], int]:
    """For each stretch of the chain, after which matrix its last product divides it."""
    sizes = [chain[0].shape[0], *[matrix.shape[1] for matrix in chain]]
    cost = {(i, i): 0 for i in range(len(chain))}
    divide: dict[tuple[int, int], int] = {}
    for length in range(1, len(chain)):
        for i in range(len(chain) - length):
            j = i + length
            costs = [cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1] for k in range(i, j)]
            cost[i, j] = min(costs)
            divide[i, j] = i + costs.index(cost[i, j])
    return divide


def _product(chain: list[Any], divide: dict[tuple[int, int], int], i: int, j: int) -> Any:
    if i == j:
        return chain[i]
    middle = divide[i, j]
    return matmul(_product(chain, divide, i, middle), _product(chain, divide, middle + 1, j))


@takes_out
def vecdot(x: Any, y: Any, *, dim: int = -1) -> Tensor:
    """Products of vectors along ``dim``, the first conjugated; other axes broadcast."""
    return reduce.sum(elementwise.mul(conjugate(x), y), dim)
