"""LinearCrossEntropyLoss: the last linear map of a network together with its loss."""

from __future__ import annotations

import math
from typing import Any

from patchgrad.errors import ShapeError
from patchgrad.nn import functional
from patchgrad.nn.arguments import counts, probability
from patchgrad.nn.linear import Linear
from patchgrad.nn.linear_cross_entropy import LinearCrossEntropyOptions
from patchgrad.nn.loss import Loss
from patchgrad.tensor import Tensor


class LinearCrossEntropyLoss(Loss):
    """Cross-entropy of ``linear(input)``: with ``options`` the logits of all samples are never there at once.

    Shapes
        input (batch, in_features), target (batch, *out_features) class numbers, or (batch, num_classes, *out_features)
        probabilities; without batch, no out_features  ->  () with "mean" or "sum", (batch, *out_features) with "none"
    Parameters
        linear.weight (num_classes * out_features, in_features), linear.bias with ``bias``
    Settings
        out_features     places that each have a class
        weight, ignore_index, label_smoothing  as for `CrossEntropyLoss`
        options          a `LinearCrossEntropyOptions`: how the batch is cut
    """

    def __init__(
        self,
        in_features: int,
        num_classes: int,
        *,
        out_features: tuple[int, ...] = (),
        bias: bool = False,
        device: Any = None,
        dtype: Any = None,
        reduction: str = "mean",
        weight: Tensor | None = None,
        ignore_index: int | None = None,
        label_smoothing: float = 0.0,
        options: LinearCrossEntropyOptions | None = None,
    ) -> None:
        super().__init__(reduction=reduction)
        counts("LinearCrossEntropyLoss", in_features=in_features, num_classes=num_classes)
        probability("LinearCrossEntropyLoss", label_smoothing=label_smoothing)
        if weight is not None and tuple(weight.shape) != (num_classes,):
            raise ShapeError("weight does not fit", got=str(weight.shape), want=f"({num_classes},)")
        self.register_buffer("weight", weight)
        self.num_classes = num_classes
        self.out_features = tuple(out_features)
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing
        rows = math.prod(self.out_features) * num_classes
        self.linear = Linear(in_features, rows, bias=bias, device=device, dtype=dtype)
        self.options = options

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        shape = (self.num_classes, *self.out_features)
        bias = None if self.linear.bias is None else self.linear.bias.reshape(shape)
        return functional.linear_cross_entropy(
            input,
            self.linear.weight.reshape(*shape, self.linear.in_features),
            target,
            linear_bias=bias,
            weight=self.weight,
            reduction=self.reduction,
            ignore_index=self.ignore_index,
            label_smoothing=self.label_smoothing,
            options=self.options,
        )

    def extra_repr(self) -> str:
        sizes = f"in_features={self.linear.in_features}, num_classes={self.num_classes}"
        more = f"out_features={self.out_features}, bias={self.linear.bias is not None}, reduction={self.reduction}"
        rest = f"ignore_index={self.ignore_index}, label_smoothing={self.label_smoothing}, options={self.options}"
        return f"{sizes}, {more}, {rest}"
