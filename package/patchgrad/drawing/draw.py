"""``pg.draw``: the graph of a formula, as it really ran, forwards and backwards."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from patchgrad.autograd.state import observing
from patchgrad.errors import ArgumentError
from patchgrad.nn.module import Module
from patchgrad.recorder.events import Trace
from patchgrad.recorder.layers import Layers
from patchgrad.recorder.snapshot import Snapshot, snapshot
from patchgrad.tensor.tensor import Tensor
from patchgrad.transforms.gradients import grad


def draw(function: Callable[..., Any], *inputs: Any) -> Snapshot:
    """The compute graph of one call of ``function``; in a notebook, its picture.

    Where an input or a parameter requires a gradient, the backward pass from the first result runs too, and the picture
    shows which ops it used. No ``.grad`` is touched. Tensors have the names of the function's arguments, parameters
    their paths.

    Errors
        ArgumentError  if ``function`` cannot be called.
    """
    if not callable(function):
        raise ArgumentError(
            "pg.draw wants a function and its inputs",
            got=type(function).__name__,
            hint="pg.draw(lambda x, y: (x * y).sin(), x, y)",
        )
    given = _named(function, inputs)
    names = {id(tensor): name for name, tensor in given.items()}
    leaves = list(given.values())
    path_of = Trace().path_of
    if isinstance(function, Module):
        layers = Layers(function)
        names |= layers.names
        path_of = layers.path_of
        leaves += [parameter for _, parameter in function.named_parameters()]
    trace = Trace(path_of, lambda leaf: names.get(id(leaf), ""))
    with observing(trace):
        _backward(function(*inputs), [leaf for leaf in leaves if leaf.requires_grad])
    return snapshot(trace)


def _named(function: Callable[..., Any], inputs: tuple[Any, ...]) -> dict[str, Tensor]:
    """The tensors among the inputs, by the names of the function's arguments."""
    called = function.forward if isinstance(function, Module) else function
    try:
        bound = inspect.signature(called).bind(*inputs).arguments
    except (TypeError, ValueError):  # the call itself will say what is wrong; ops have no Python signature to read
        bound = {f"input {number}": value for number, value in enumerate(inputs)}
    return {name: value for name, value in bound.items() if isinstance(value, Tensor)}


def _backward(result: Any, leaves: list[Tensor]) -> None:
    first = result[0] if isinstance(result, (tuple, list)) and result else result
    if leaves and isinstance(first, Tensor) and first.requires_grad:
        grad(first, leaves, first.detach().new_ones(first.shape), allow_unused=True)
