"""Activations: functions of each element, and softmax along an axis. All keep the shape.

More of them in ``bent.py`` (made of straight lines) and ``smooth.py``. ``inplace`` is accepted and changes nothing:
the values are the same, and the library looks after its memory.
"""

from __future__ import annotations

from patchgrad.nn import functional
from patchgrad.nn.arguments import choice
from patchgrad.nn.module import Module
from patchgrad.nn.settings import Shown
from patchgrad.tensor import Tensor


class ReLU(Shown):
    """``max(x, 0)``."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return functional.relu(input)


class LeakyReLU(Shown):
    """``x`` where positive, ``negative_slope * x`` elsewhere. Source: Maas et al. 2013."""

    shown = ("negative_slope",)

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return functional.leaky_relu(input, self.negative_slope)


class GELU(Module):
    """``x * Phi(x)``, with Phi the normal distribution function, or its ``tanh`` approximation.

    Source
        Hendrycks and Gimpel 2016, Gaussian error linear units.
    """

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        choice("GELU", ("none", "tanh"), approximate=approximate)
        self.approximate = approximate

    def forward(self, input: Tensor) -> Tensor:
        return functional.gelu(input, approximate=self.approximate)

    def extra_repr(self) -> str:
        return f"approximate={self.approximate!r}"


class SiLU(Shown):
    """``x * sigmoid(x)``, also called swish. Source: Ramachandran et al. 2017."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return functional.silu(input)


class Tanh(Module):
    """``tanh(x)``, from -1 to 1."""

    def forward(self, input: Tensor) -> Tensor:
        return functional.tanh(input)


class Sigmoid(Module):
    """``1 / (1 + exp(-x))``, from 0 to 1."""

    def forward(self, input: Tensor) -> Tensor:
        return functional.sigmoid(input)


class Softmax(Module):
    """``exp(x) / sum(exp(x))`` along ``dim``: positive numbers that sum to 1."""

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        return functional.softmax(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class LogSoftmax(Module):
    """The logarithm of softmax along ``dim``, computed without overflow."""

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        return functional.log_softmax(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"
