"""Whole matrices of derivatives: ``jacrev``, ``jacfwd``, ``hessian``; and ``hvp``, a product with the Hessian."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from patchgrad.backend import host
from patchgrad.errors import ArgumentError
from patchgrad.ops import movement, shapes
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed
from patchgrad.transforms.batching.vmap import vmap
from patchgrad.transforms.forward import jvp
from patchgrad.transforms.reverse import Argnums, grad, positions
from patchgrad.transforms.traced import Traced

Function = Callable[..., Any]


def jacrev(
    func: Function,
    argnums: Argnums = 0,
    has_aux: bool = False,
    *,
    chunk_size: int | None = None,
    _preallocate_and_copy: bool = False,
) -> Function:
    """A function that gives the Jacobian of ``func`` by reverse mode: one row of cotangents for each result.

    Shapes
        for a result (*m) and an argument (*n): (*m, *n); for trees, the tree of results with trees of arguments in it
    Parameters
        chunk_size  at most this many rows at once
    """

    @wraps(func)
    def jacobian(*args: Any, **kwargs: Any) -> Any:
        traced = _run(func, argnums, has_aux, args, kwargs)
        rows = vmap(traced.pull, chunk_size=chunk_size)(_basis(traced.outputs))
        blocks = [
            [_block(row, i, traced.outputs, source.shape) for row, source in zip(rows, traced.sources, strict=True)]
            for i in range(len(traced.outputs))
        ]
        return _result(traced, blocks, argnums, has_aux)

    return jacobian


jacobian = jacrev


def jacfwd(func: Function, argnums: Argnums = 0, has_aux: bool = False, *, randomness: str = "error") -> Function:
    """As `jacrev`, by forward mode: one column of tangents for each number of the arguments."""

    @wraps(func)
    def jacobian(*args: Any, **kwargs: Any) -> Any:
        traced = _run(func, argnums, has_aux, args, kwargs)
        columns = vmap(traced.push, randomness=randomness)(_basis(traced.sources))
        blocks = [
            [
                _turned(_block(column, j, traced.sources, output.shape), source.ndim)
                for j, source in enumerate(traced.sources)
            ]
            for column, output in zip(columns, traced.outputs, strict=True)
        ]
        return _result(traced, blocks, argnums, has_aux)

    return jacobian


def hessian(func: Function, argnums: Argnums = 0) -> Function:
    """A function that gives the second derivatives of ``func``: forward mode over reverse mode."""
    return jacfwd(jacrev(func, argnums), argnums)


def hvp(func: Function, primals: Any, tangents: Any) -> tuple[Any, Any]:
    """The gradient of ``func`` at ``primals``, and the product of its Hessian with ``tangents``.

    Both are tuples with one entry per argument, or bare for a bare tensor. No matrix is formed.
    """
    single = not isinstance(primals, tuple)
    points, moves = ((primals,), (tangents,)) if single else (primals, tangents)
    gradient, product = jvp(grad(func, tuple(range(len(points)))), points, moves)
    return (gradient[0], product[0]) if single else (gradient, product)


def _run(func: Function, argnums: Argnums, has_aux: bool, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Traced:
    return Traced(lambda *given: func(*given, **kwargs), args, positions(argnums, args), has_aux=has_aux)


def _basis(tensors: Sequence[Tensor]) -> list[Tensor]:
    """For each number of all the tensors a tree that is one there and zero elsewhere: (numbers, *shape) each."""
    sizes = [shapes.count(tensor.shape) for tensor in tensors]
    total = sum(sizes)
    if not total:
        raise placed(ArgumentError("there is nothing to differentiate", got="tensors without elements"))
    found: list[Tensor] = []
    start = 0
    for tensor, size in zip(tensors, sizes, strict=True):
        unit = host.zeros((total, size), dtype=tensor.data.dtype)
        unit[start : start + size] = host.eye(size, dtype=tensor.data.dtype)
        found.append(Tensor(tensor.backend.asarray(unit)).reshape(total, *tensor.shape).to(device=tensor.device))
        start += size
    return found


def _block(rows: Tensor, i: int, tensors: Sequence[Tensor], shape: tuple[int, ...]) -> Tensor:
    """The rows that belong to tensor ``i`` of the basis: (*its shape, *shape)."""
    start = sum(shapes.count(tensor.shape) for tensor in tensors[:i])
    own = tensors[i].shape
    return rows[start : start + shapes.count(own)].reshape(*own, *shape)


def _turned(block: Tensor, ndim: int) -> Tensor:
    """The first ``ndim`` axes behind the others."""
    return movement.permute(block, *range(ndim, block.ndim), *range(ndim)) if ndim else block


def _result(traced: Traced, blocks: list[list[Tensor]], argnums: Argnums, has_aux: bool) -> Any:
    rows = [traced.build_inputs(block) for block in blocks]
    found = traced.build_output([row[0] if isinstance(argnums, int) else row for row in rows])
    return (found, traced.aux) if has_aux else found
