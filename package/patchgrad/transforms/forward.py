"""Forward mode as functions of functions: ``jvp`` and ``linearize``.

The function runs with the tape on, and the tangents then follow the tape. What it saves in memory is little, what it
gives is the product with the Jacobian from the right, for every op that has a gradient.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed
from patchgrad.transforms import tree
from patchgrad.transforms.traced import Traced


def jvp(
    func: Callable[..., Any], primals: Any, tangents: Any, *, strict: bool = False, has_aux: bool = False
) -> tuple[Any, ...]:
    """``func(*primals)``, and how the result moves when the primals move by ``tangents``.

    Returns
        (output, tangent of the output), and aux with ``has_aux``
    """
    _require_tuples(primals, tangents)
    traced = Traced(func, primals, range(len(primals)), has_aux=has_aux)
    moved = traced.build_output(traced.push(_fitting(primals, tangents)))
    return (traced.output, moved, traced.aux) if has_aux else (traced.output, moved)


def linearize(func: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., Any]]:
    """``func(*primals)``, and the function that takes tangents of the primals to that of the result."""
    if not primals:
        raise placed(ArgumentError("linearize needs something that moves", got="no primals"))
    traced = Traced(func, primals, range(len(primals)))
    return traced.output, lambda *tangents: traced.build_output(traced.push(_fitting(primals, tangents)))


def _require_tuples(primals: Any, tangents: Any) -> None:
    if not isinstance(primals, tuple) or not isinstance(tangents, tuple) or not primals:
        raise placed(
            ArgumentError(
                "jvp takes the primals and the tangents as tuples",
                got=f"{type(primals).__name__} and {type(tangents).__name__}",
                want="one entry per argument of the function",
                hint="jvp(f, (x,), (v,))",
            )
        )


def _fitting(primals: Sequence[Any], tangents: Sequence[Any]) -> list[Tensor]:
    return fitting(tree.flatten(tuple(primals))[0], tree.flatten(tuple(tangents))[0], "the tangents")


def fitting(given: Sequence[Any], leaves: Sequence[Any], name: str) -> list[Tensor]:
    """``leaves`` in the dtypes of ``given``. Raises ShapeError where their shapes differ."""
    if [getattr(leaf, "shape", None) for leaf in leaves] != [getattr(leaf, "shape", None) for leaf in given]:
        raise placed(
            ShapeError(
                f"{name} must have the shapes of what they belong to",
                got=", ".join(str(getattr(leaf, "shape", type(leaf).__name__)) for leaf in leaves),
                want=", ".join(str(getattr(leaf, "shape", type(leaf).__name__)) for leaf in given),
            )
        )
    return [
        leaf if leaf.data.dtype == primal.data.dtype else leaf.to(dtype=primal.dtype)
        for primal, leaf in zip(given, leaves, strict=True)
    ]
