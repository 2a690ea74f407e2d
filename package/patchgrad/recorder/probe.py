"""A closer look at one batch, on request: gradients of each example, products with the Hessian.

The model is looked at in evaluation mode (no dropout, batch norms with their running numbers) and is afterwards
as it was; gradients, buffers and random streams stay untouched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from math import sqrt
from typing import Any

from patchgrad.backend import backend_of, host
from patchgrad.errors import ArgumentError
from patchgrad.nn.functional_call import functional_call
from patchgrad.nn.keep import evaluating
from patchgrad.nn.module import Module
from patchgrad.recorder.layers import Layers
from patchgrad.tensor.tensor import Tensor
from patchgrad.transforms.batching.vmap import vmap
from patchgrad.transforms.gradients import grad as gradients_of
from patchgrad.transforms.reverse import grad as gradient_function

Arrays = dict[str, Any]


class Probe:
    """One batch, a model and its loss.

    Parameters
        model   as it is now
        loss    ``loss(output, target)``: the mean over the batch
        inputs  one tensor, or a tuple of several, with the examples along axis 0
        target  the same along axis 0
    Errors
        ArgumentError  for a model without trainable parameters, or a batch without examples.
    """

    def __init__(self, model: Module, loss: Callable[[Any, Tensor], Tensor], inputs: Any, target: Tensor) -> None:
        self.model = model
        self.loss = loss
        self.inputs: tuple[Tensor, ...] = tuple(inputs) if isinstance(inputs, (tuple, list)) else (inputs,)
        self.target = target
        self.layers = Layers(model)
        self.parameters = {name: p for name, p in model.named_parameters() if p.requires_grad}
        if not self.parameters:
            raise ArgumentError("there is no gradient to look at", got="a model without trainable parameters")
        if target.ndim == 0 or target.shape[0] == 0:
            raise ArgumentError(
                "the batch has no examples", got=f"targets of shape {tuple(target.shape)}", want="examples along axis 0"
            )

    @property
    def size(self) -> int:
        """Examples in the batch."""
        return self.target.shape[0]

    @cached_property
    def sample_gradients(self) -> Arrays:
        """The gradient of each example by parameter name, (examples, *shape), float64 on the host."""

        def one(values: dict[str, Tensor], target: Tensor, *inputs: Tensor) -> Tensor:
            output = functional_call(self.model, values, tuple(x.unsqueeze(0) for x in inputs))
            return self.loss(output, target.unsqueeze(0))

        values = {name: parameter.detach() for name, parameter in self.parameters.items()}
        with evaluating(self.model):
            axes = (None, 0, *(0 for _ in self.inputs))
            found = vmap(gradient_function(one), in_dims=axes)(values, self.target, *self.inputs)
        return {name: _wide(gradient) for name, gradient in found.items()}

    @cached_property
    def spread(self) -> tuple[Arrays, Arrays]:
        """Mean and variance (with ``examples - 1``) of each element of the gradient over the examples.

        Errors
            ArgumentError  for a single example, which has no variance.
        """
        if self.size < 2:
            raise ArgumentError("one example has no variance", got="a batch of 1", want="two examples or more")
        table = self.sample_gradients
        return {n: g.mean(axis=0) for n, g in table.items()}, {n: g.var(axis=0, ddof=1) for n, g in table.items()}

    @contextmanager
    def curvature(self) -> Iterator[Callable[[Arrays], Arrays]]:
        """A function that multiplies the Hessian of the loss with arrays by parameter name."""
        parameters = list(self.parameters.values())
        with evaluating(self.model):
            loss = self.loss(self.model(*self.inputs), self.target)
            first = gradients_of(loss, parameters, create_graph=True, allow_unused=True)
            taped = [g is not None and g.requires_grad for g in first]

            def product(direction: Arrays) -> Arrays:
                moved = [
                    (g * _like(direction[name], p)).sum()
                    for (name, p), g, there in zip(self.parameters.items(), first, taped, strict=True)
                    if there
                ]
                if not moved:
                    return {name: host.zeros_like(array) for name, array in direction.items()}
                total = moved[0]
                for term in moved[1:]:
                    total = total + term
                second = gradients_of(total, parameters, retain_graph=True, allow_unused=True)
                pairs = zip(self.parameters, second, strict=True)
                return {n: host.zeros_like(direction[n]) if h is None else _wide(h) for n, h in pairs}

            yield product

    def shapes(self) -> dict[str, tuple[int, ...]]:
        return {name: tuple(parameter.shape) for name, parameter in self.parameters.items()}


def inner(one: Arrays, other: Arrays) -> float:
    """The inner product over all parameters."""
    return sum(float(host.vdot(one[name], other[name])) for name in one)


def unit(direction: Arrays) -> Arrays:
    """The same direction with norm 1."""
    length = sqrt(inner(direction, direction))
    return {name: array / length for name, array in direction.items()} if length > 0 else direction


def _wide(tensor: Any) -> Any:
    return backend_of(tensor.data).to_host(tensor.data).astype("float64")


def _like(array: Any, parameter: Tensor) -> Tensor:
    backend = parameter.backend
    return Tensor(backend.xp.asarray(array.astype(parameter.data.dtype)))
