"""The affine map."""

from __future__ import annotations

from typing import Any

from patchgrad.nn import functional, init
from patchgrad.nn.arguments import counts
from patchgrad.nn.module import Module
from patchgrad.nn.parameter import Parameter
from patchgrad.tensor import Tensor


class Linear(Module):
    """Affine map of the last axis: ``y = x @ weight.T + bias``.

    Shapes
        input (*, in_features)  ->  y (*, out_features)
    Parameters
        weight (out_features, in_features), uniform in ±sqrt(1 / in_features)
        bias   (out_features,), the same; absent if ``bias=False``
    """

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        counts("Linear", in_features=in_features, out_features=out_features)
        self.in_features = in_features
        self.out_features = out_features
        self.weight = Parameter.empty((out_features, in_features), device=device, dtype=dtype)
        self.bias = Parameter.empty((out_features,), device=device, dtype=dtype) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw fresh first values."""
        init.fan_in_uniform_(self.weight, self.in_features)
        if self.bias is not None:
            init.fan_in_uniform_(self.bias, self.in_features)

    def forward(self, input: Tensor) -> Tensor:
        return functional.linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"
