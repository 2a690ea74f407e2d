"""``vmap``: a function of one example as a function of a batch."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from patchgrad.backend.philox import drawing
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.ops import movement
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed
from patchgrad.transforms import tree
from patchgrad.transforms.batching import arrays
from patchgrad.transforms.batching.level import Level
from patchgrad.transforms.batching.randomness import drawn

RANDOMNESS = ("error", "same", "different")


def vmap(
    func: Callable[..., Any],
    in_dims: Any = 0,
    out_dims: Any = 0,
    randomness: str = "error",
    *,
    chunk_size: int | None = None,
) -> Callable[..., Any]:
    """A function that takes and gives batches, from one that takes and gives single examples.

    Parameters
        in_dims     the axis of each argument that counts the examples, as a number for all, or a tuple with one entry
                    per argument (for trees, nested in the same way); None for an argument that all examples share
        out_dims    where the results have that axis; None for a result that does not depend on the example
        randomness  "error": drawing random numbers is refused; "same": all examples draw the same; "different"
        chunk_size  at most this many examples at once
    Errors
        ArgumentError  if nothing is batched, sizes differ, or the function looks at single values (``if``, item()).
        ShapeError     if there is no such axis.
    """
    if randomness not in RANDOMNESS:
        raise placed(
            ArgumentError("vmap has no such randomness", got=f"{randomness!r}", want="error, same or different")
        )
    if chunk_size is not None and chunk_size < 1:
        raise placed(ArgumentError("vmap needs at least one example in a chunk", got=f"chunk_size={chunk_size}"))

    @wraps(func)
    def batched(*args: Any, **kwargs: Any) -> Any:
        leaves, build = tree.flatten((args, kwargs))
        dims = [*tree.spread(_per_argument(in_dims, args), args, "in_dims"), *[0] * len(tree.flatten(kwargs)[0])]
        dims = [_checked(dim, leaf) for dim, leaf in zip(dims, leaves, strict=True)]
        size = _size(leaves, dims)
        starts = range(0, size, chunk_size) if chunk_size and size else (0,)
        parts = []
        for start in starts:
            stop = size if chunk_size is None else min(start + chunk_size, size)
            given = (
                leaves
                if len(starts) == 1
                else [
                    leaf if dim is None else leaf[(slice(None),) * dim + (slice(start, stop),)]
                    for leaf, dim in zip(leaves, dims, strict=True)
                ]
            )
            parts.append(_run(func, build, given, dims, stop - start, out_dims, randomness))
        return parts[0] if len(parts) == 1 else _joined(parts, out_dims)

    return batched


def _run(
    func: Callable[..., Any],
    build: tree.Build,
    leaves: list[Any],
    dims: list[int | None],
    size: int,
    out_dims: Any,
    randomness: str,
) -> Any:
    first = next(leaf for leaf, dim in zip(leaves, dims, strict=True) if dim is not None)
    level = arrays.enter(size, randomness, first)
    around, drawing.around = drawing.around, drawn
    try:
        args, kwargs = build(
            [
                leaf if dim is None else arrays.batched(movement.movedim(leaf, dim, 0), level)
                for leaf, dim in zip(leaves, dims, strict=True)
            ]
        )
        output = func(*args, **kwargs)
        results, rebuild = tree.flatten(output)
        places = tree.spread(out_dims, output, "out_dims")
        return rebuild([_given_out(leaf, dim, level) for leaf, dim in zip(results, places, strict=True)])
    finally:
        drawing.around = around
        arrays.leave(level)


def _per_argument(in_dims: Any, args: tuple[Any, ...]) -> Any:
    if isinstance(in_dims, list):
        in_dims = tuple(in_dims)
    if isinstance(in_dims, tuple) and len(in_dims) != len(args):
        raise placed(
            ArgumentError(
                "in_dims has one entry per argument",
                got=f"in_dims={in_dims}, {len(args)} arguments",
                hint="one number stands for all arguments",
            )
        )
    return in_dims


def _checked(dim: Any, leaf: Any) -> int | None:
    if dim is None or (dim == 0 and not isinstance(leaf, Tensor) and leaf is None):
        return None
    if not isinstance(dim, int) or isinstance(dim, bool):
        raise placed(ArgumentError("in_dims holds axes or None", got=f"{dim!r}"))
    if not isinstance(leaf, Tensor):
        raise placed(
            ArgumentError(
                "only tensors have an axis of examples",
                got=f"in_dim {dim} for {type(leaf).__name__} {leaf!r}",
                hint="give None in in_dims for this argument",
            )
        )
    if not -leaf.ndim <= dim < leaf.ndim:
        raise placed(
            ShapeError(
                f"there is no axis {dim} to take examples from",
                got=f"in_dim {dim} for a tensor of shape {leaf.shape}",
                want=f"{-leaf.ndim} to {leaf.ndim - 1}" if leaf.ndim else "a tensor with at least one axis",
            )
        )
    return dim % leaf.ndim


def _size(leaves: list[Any], dims: list[int | None]) -> int:
    sizes = [leaf.shape[dim] for leaf, dim in zip(leaves, dims, strict=True) if dim is not None]
    if not sizes:
        raise placed(
            ArgumentError("vmap needs at least one argument with an axis of examples", got="in_dims without any axis")
        )
    if len(set(sizes)) > 1:
        raise placed(
            ArgumentError(
                "the arguments have different numbers of examples",
                got=", ".join(str(size) for size in sizes),
                hint="check in_dims",
            )
        )
    return sizes[0]


def _given_out(leaf: Any, dim: Any, level: Level) -> Any:
    if not isinstance(leaf, Tensor):
        raise placed(
            ArgumentError("a function under vmap must give tensors", got=f"{type(leaf).__name__} among its results")
        )
    value, batched = arrays.unbatched(leaf, level)
    if dim is None:
        if batched:
            raise placed(
                ArgumentError("out_dims says None for a result that differs between examples", got=f"{leaf.shape}")
            )
        return value
    whole = value if batched else value.expand(level.size, *value.shape)
    if not -whole.ndim <= dim < whole.ndim:
        raise placed(ShapeError(f"there is no place {dim} for the axis of examples", got=f"a result of {leaf.shape}"))
    return movement.movedim(whole, 0, dim % whole.ndim)


def _joined(parts: list[Any], out_dims: Any) -> Any:
    flat = [tree.flatten(part) for part in parts]
    dims = tree.spread(out_dims, parts[0], "out_dims")
    joined = [
        entries[0] if dim is None else movement.cat(list(entries), dim)
        for dim, *entries in zip(dims, *[leaves for leaves, _ in flat], strict=True)
    ]
    return flat[0][1](joined)
