"""Reverse mode as functions of functions: ``vjp``, ``grad``, ``value_and_grad``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from patchgrad.errors import ArgumentError, GradError
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed
from patchgrad.transforms import tree
from patchgrad.transforms.forward import fitting
from patchgrad.transforms.traced import Traced

Argnums = int | tuple[int, ...]


def vjp(func: Callable[..., Any], *primals: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """``func(*primals)``, and the function that takes cotangents of the result to cotangents of the primals.

    Returns
        (output, vjp_fn), or (output, vjp_fn, aux) with ``has_aux``. ``vjp_fn(cotangent)`` gives a tuple, one entry
        per primal; it can be called often.
    """
    if not primals:
        raise placed(ArgumentError("vjp needs something to differentiate with respect to", got="no primals"))
    traced = Traced(func, primals, range(len(primals)), has_aux=has_aux)

    def vjp_fn(*cotangents: Any) -> Any:
        given = cotangents[0] if len(cotangents) == 1 else cotangents
        return traced.build_inputs(traced.pull(fitting(traced.outputs, tree.flatten(given)[0], "the cotangents")))

    return (traced.output, vjp_fn, traced.aux) if has_aux else (traced.output, vjp_fn)


def grad_and_value(func: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Any]:
    """A function that gives (gradient, value) of ``func``, or (gradient, (value, aux)); see `grad`."""

    @wraps(func)
    def both(*args: Any, **kwargs: Any) -> Any:
        gradient, traced = _gradient(func, argnums, has_aux, args, kwargs)
        return gradient, ((traced.output, traced.aux) if has_aux else traced.output)

    return both


def value_and_grad(func: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Any]:
    """A function that gives (value, gradient) of ``func``, or ((value, aux), gradient); see `grad`."""

    @wraps(func)
    def both(*args: Any, **kwargs: Any) -> Any:
        gradient, traced = _gradient(func, argnums, has_aux, args, kwargs)
        return ((traced.output, traced.aux) if has_aux else traced.output), gradient

    return both


def grad(func: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Any]:
    """A function that gives the gradient of ``func``, whose result is a tensor without axes.

    Parameters
        argnums  the argument to differentiate with respect to, or a tuple of them; each may be a tree of tensors
        has_aux  ``func`` gives (value, aux), and the new function (gradient, aux)
    """

    @wraps(func)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        found, traced = _gradient(func, argnums, has_aux, args, kwargs)
        return (found, traced.aux) if has_aux else found

    return gradient


def _gradient(
    func: Callable[..., Any], argnums: Argnums, has_aux: bool, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Any, Traced]:
    traced = Traced(lambda *given: func(*given, **kwargs), args, positions(argnums, args), has_aux=has_aux)
    if len(traced.outputs) != 1 or traced.outputs[0] is not traced.build_output(traced.outputs):
        raise placed(GradError("grad needs a function that gives one tensor", got=f"{len(traced.outputs)} results"))
    result = traced.outputs[0]
    if result.shape != ():
        raise placed(
            GradError(
                "grad needs a function that gives one number",
                got=f"shape {result.shape}",
                hint="reduce it (.sum(), .mean()), or use jacrev for all derivatives",
            )
        )
    one = Tensor(result.backend.xp.ones((), dtype=result.data.dtype))
    found = traced.build_inputs(traced.pull([one]))
    return (found[0] if isinstance(argnums, int) else found), traced


def positions(argnums: Argnums, args: Sequence[Any]) -> list[int]:
    """``argnums`` as a list counted from 0. Raises ArgumentError."""
    found = [argnums] if isinstance(argnums, int) else list(argnums)
    if not found or any(not -len(args) <= entry < len(args) for entry in found):
        raise placed(
            ArgumentError(
                "argnums names an argument that is not there",
                got=f"argnums={argnums}, {len(args)} positional arguments",
                want="positions of positional arguments",
            )
        )
    found = [entry % len(args) for entry in found]
    if len(set(found)) < len(found):
        raise placed(ArgumentError("argnums names an argument twice", got=f"argnums={argnums}"))
    return found
