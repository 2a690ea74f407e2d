"""PyTorch's ``torch.autograd.functional``: products and matrices of derivatives, of a function at given inputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.autograd.reverse import reachable
from patchgrad.errors import ArgumentError, GradError
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed
from patchgrad.transforms import forward, matrices, tree
from patchgrad.transforms.reverse import grad
from patchgrad.transforms.traced import Traced

Function = Callable[..., Any]


def vjp(
    func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """``func(*inputs)``, and the product of the cotangent ``v`` with the Jacobian."""
    traced, bare = _traced(func, inputs, strict)
    found = traced.build_inputs(traced.pull(_direction(v, traced.outputs, traced)))
    return _given(traced.output, create_graph), _given(found[0] if bare else found, create_graph)


def jvp(
    func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """``func(*inputs)``, and the product of the Jacobian with the tangent ``v``."""
    traced, _ = _traced(func, inputs, strict)
    found = traced.build_output(traced.push(_direction(v, traced.sources, traced)))
    return _given(traced.output, create_graph), _given(found, create_graph)


def jacobian(
    func: Function,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """The Jacobian of ``func`` at ``inputs``: (*output, *input), or tuples of these for tuples.

    Parameters
        vectorize  has no effect: all rows are computed at once
        strategy   "reverse-mode" or "forward-mode"
    """
    _known(strategy)
    args, bare = _as_tuple(inputs)
    if strict:
        _traced(func, inputs, strict)
    make = matrices.jacrev if strategy == "reverse-mode" else matrices.jacfwd
    return _given(make(func, 0 if bare else tuple(range(len(args))))(*args), create_graph)


def hessian(
    func: Function,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """The second derivatives of ``func``, whose result has one element, at ``inputs``."""
    _known(outer_jacobian_strategy)
    args, bare = _as_tuple(inputs)
    if strict:
        _traced(func, inputs, strict)
    make = matrices.jacrev if outer_jacobian_strategy == "reverse-mode" else matrices.jacfwd
    argnums = 0 if bare else tuple(range(len(args)))
    return _given(make(grad(_number(func), argnums), argnums)(*args), create_graph)


def hvp(
    func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """``func(*inputs)``, and the product of its Hessian with ``v``."""
    args, bare = _as_tuple(inputs)
    traced, _ = _traced(grad(_number(func), tuple(range(len(args)))), inputs, strict)
    found = tuple(traced.push(_direction(v, traced.sources, traced)))
    value = func(*args)
    return _given(value, create_graph), _given(found[0] if bare else found, create_graph)


def vhp(
    func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """``func(*inputs)``, and the product of ``v`` with its Hessian (which is symmetric: as `hvp`)."""
    args, bare = _as_tuple(inputs)
    traced, _ = _traced(grad(_number(func), tuple(range(len(args)))), inputs, strict)
    found = tuple(traced.pull(_direction(v, traced.outputs, traced)))
    return _given(func(*args), create_graph), _given(found[0] if bare else found, create_graph)


def _traced(func: Function, inputs: Any, strict: bool) -> tuple[Traced, bool]:
    args, bare = _as_tuple(inputs)
    traced = Traced(func, args, range(len(args)))
    if strict:
        _require_dependence(traced)
    return traced, bare


def _require_dependence(traced: Traced) -> None:
    for i, output in enumerate(traced.outputs):
        used = set(reachable([output.node]))
        for j, entry in enumerate(traced.fresh):
            if entry.node not in used:
                raise placed(
                    GradError(
                        f"output {i} does not depend on input {j}",
                        hint="without strict=True the derivative is zero",
                    )
                )


def _as_tuple(inputs: Any) -> tuple[tuple[Any, ...], bool]:
    return ((inputs,), True) if isinstance(inputs, Tensor) else (tuple(inputs), False)


def _number(func: Function) -> Function:
    """The function with its single element as a tensor without axes."""

    def number(*args: Any) -> Any:
        result = func(*args)
        if not isinstance(result, Tensor) or result.data.size != 1:
            raise placed(
                GradError(
                    "second derivatives need a function that gives one number",
                    got=f"shape {result.shape}" if isinstance(result, Tensor) else type(result).__name__,
                )
            )
        return result.reshape(())

    return number


def _direction(v: Any, like: list[Tensor], traced: Traced) -> list[Tensor]:
    """The vector of a product; for a single number it may be left out."""
    if v is None:
        if len(like) != 1 or like[0].data.size != 1:
            raise placed(
                ArgumentError(
                    "the vector v may be left out only for a single number",
                    got=", ".join(str(entry.shape) for entry in like),
                )
            )
        return [Tensor(like[0].backend.xp.ones(like[0].shape, dtype=like[0].data.dtype))]
    leaves = tree.flatten(v)[0]
    return forward.fitting(like, leaves, "v")


def _given(found: Any, create_graph: bool) -> Any:
    return found if create_graph else tree.map_leaves(lambda leaf: leaf.detach() if leaf.requires_grad else leaf, found)


def _known(strategy: str) -> None:
    if strategy not in ("reverse-mode", "forward-mode"):
        raise placed(ArgumentError("there is no such strategy", got=f"{strategy!r}", want="reverse-mode, forward-mode"))
