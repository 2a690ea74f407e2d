"""Random numbers inside ``vmap``: refused, the same for all examples, or different for each."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from math import prod
from typing import Any

from patchgrad.errors import ArgumentError
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed
from patchgrad.transforms.batching import arrays
from patchgrad.transforms.batching.level import levels


def drawn(draw: Callable[..., Any], stream: Any, *args: Any, **kwargs: Any) -> Any:
    """What a stream gives inside; comes between the stream and those who draw from it."""
    if any(level.randomness == "error" for level in levels.stack):
        raise placed(
            ArgumentError(
                "vmap was called with randomness='error', and the function draws random numbers",
                got=f"a draw of {draw.__name__} numbers",
                want="randomness='different' (for each example its own) or 'same'",
            )
        )
    given = signature(draw).bind(stream, *args, **kwargs)
    given.arguments["backend"] = levels.stack[-1].base
    apart = [level for level in levels.stack if level.randomness == "different"]
    tensor = Tensor(_draws(draw, given, tuple(level.size for level in apart)))
    for level in apart:
        tensor = arrays.batched(tensor, level)
    return tensor.data


def _draws(draw: Callable[..., Any], given: Any, sizes: tuple[int, ...]) -> Any:
    """One draw for each example of all the runs of vmap."""
    if "shape" in given.arguments:
        given.arguments["shape"] = (*sizes, *given.arguments["shape"])
    elif sizes:
        xp, count = levels.stack[-1].base.xp, given.arguments["count"]
        rows = [draw(*given.args, **given.kwargs) for _ in range(prod(sizes))]
        return xp.reshape(xp.stack(rows), (*sizes, count)) if rows else xp.zeros((*sizes, count), dtype="int64")
    return draw(*given.args, **given.kwargs)
