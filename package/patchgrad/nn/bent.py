"""Activations made of straight lines. All keep the shape; ``inplace`` is accepted and changes nothing."""

from __future__ import annotations

from typing import Any

from patchgrad.backend.random import Stream, stream_for
from patchgrad.errors import ArgumentError
from patchgrad.nn import functional, init
from patchgrad.nn.arguments import counts
from patchgrad.nn.module import Module
from patchgrad.nn.parameter import Parameter
from patchgrad.nn.settings import Shown
from patchgrad.tensor import Tensor


class Hardtanh(Shown):
    """``x`` clamped to [min_val, max_val]."""

    shown = ("min_val", "max_val")

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        if not min_val < max_val:
            raise ArgumentError("Hardtanh cannot use its bounds", got=f"{min_val}, {max_val}", want="min_val < max_val")
        self.min_val = min_val
        self.max_val = max_val
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return functional.hardtanh(input, self.min_val, self.max_val)


class ReLU6(Shown):
    """``x`` clamped to [0, 6]."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return functional.relu6(input)


class Hardsigmoid(Shown):
    """``clamp(x / 6 + 1 / 2, 0, 1)``: a sigmoid of three straight lines."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return functional.hardsigmoid(input)

    def extra_repr(self) -> str:
        return ""


class Hardswish(Shown):
    """``x * hardsigmoid(x)``. Source: Howard et al. 2019, Searching for MobileNetV3."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return functional.hardswish(input)

    def extra_repr(self) -> str:
        return ""


class Hardshrink(Module):
    """``x``, and 0 where ``|x| <= lambd``."""

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def forward(self, input: Tensor) -> Tensor:
        return functional.hardshrink(input, self.lambd)

    def extra_repr(self) -> str:
        return str(self.lambd)


class Softshrink(Module):
    """``x`` moved towards 0 by ``lambd``, and 0 within it."""

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def forward(self, input: Tensor) -> Tensor:
        return functional.softshrink(input, self.lambd)

    def extra_repr(self) -> str:
        return str(self.lambd)


class Threshold(Shown):
    """``x`` where it is above ``threshold``, else ``value``."""

    shown = ("threshold", "value")

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        super().__init__()
        self.threshold = threshold
        self.value = value
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return functional.threshold(input, self.threshold, self.value)


class PReLU(Shown):
    """``x`` where positive, ``weight * x`` elsewhere, with a learned weight for all or for each channel.

    Shapes
        input (batch, channels, *)  ->  y of the same shape
    Parameters
        weight (num_parameters,), at first ``init``; num_parameters is 1 or the number of channels
    Source
        He et al. 2015, Delving deep into rectifiers.
    """

    shown = ("num_parameters",)

    def __init__(self, num_parameters: int = 1, init: float = 0.25, device: Any = None, dtype: Any = None) -> None:
        super().__init__()
        counts("PReLU", num_parameters=num_parameters)
        self.num_parameters = num_parameters
        self.init = init
        self.weight = Parameter.empty((num_parameters,), device=device, dtype=dtype)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Every weight ``init``."""
        init.constant_(self.weight, self.init)

    def forward(self, input: Tensor) -> Tensor:
        return functional.prelu(input, self.weight)


class RReLU(Shown):
    """``x`` where positive, ``a * x`` elsewhere: ``a`` drawn from [lower, upper] in training, else its mean.

    Source
        Xu et al. 2015, Empirical evaluation of rectified activations in convolution network.
    """

    shown = ("lower", "upper")

    def __init__(self, lower: float = 1.0 / 8, upper: float = 1.0 / 3, inplace: bool = False) -> None:
        super().__init__()
        self.lower = lower
        self.upper = upper
        self.inplace = inplace
        self.stream_key: str | None = None
        self.stream: Stream | None = None

    def forward(self, input: Tensor) -> Tensor:
        if self.stream is None and self.training:
            self.stream = stream_for(self.stream_key or self.path)
        return functional.rrelu(input, self.lower, self.upper, self.training, stream=self.stream)
