"""The static method ``vmap`` of a custom function: called with batches, as PyTorch calls it."""

from __future__ import annotations

from typing import Any, NamedTuple

from patchgrad.errors import ArgumentError
from patchgrad.ops.movement import movedim
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed
from patchgrad.transforms import tree
from patchgrad.transforms.batching import arrays


class VmapInfo(NamedTuple):
    """What the static method ``vmap`` is told of the run."""

    batch_size: int
    randomness: str


def is_batch(args: tuple[Any, ...]) -> bool:
    """Is there a tensor of a `vmap` among the arguments?"""
    return any(isinstance(entry, Tensor) and entry.backend.depth for entry in args)


def run(cls: Any, args: tuple[Any, ...]) -> Any:
    """The results of ``cls.vmap``, as tensors of one example."""
    deepest = max((entry for entry in args if isinstance(entry, Tensor)), key=lambda entry: entry.backend.depth)
    level = deepest.data.level
    pairs = [arrays.unbatched(entry, level) if isinstance(entry, Tensor) else (entry, False) for entry in args]
    info = VmapInfo(level.size, level.randomness)
    found = cls.vmap(info, tuple(0 if flag else None for _, flag in pairs), *[entry for entry, _ in pairs])
    if not isinstance(found, tuple) or len(found) != 2:
        raise placed(ArgumentError(f"{cls.__name__}.vmap must give (output, out_dims)", got=f"{type(found).__name__}"))
    output, out_dims = found
    leaves, build = tree.flatten(output)
    dims = tree.spread(out_dims, output, "out_dims")
    return build(
        [
            leaf if dim is None else arrays.batched(movedim(leaf, dim, 0), level)
            for leaf, dim in zip(leaves, dims, strict=True)
        ]
    )
