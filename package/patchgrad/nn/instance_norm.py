"""Normalisation of each sample by itself: instance, root mean square, and local response."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from patchgrad.errors import ShapeError
from patchgrad.nn import functional, init
from patchgrad.nn.arguments import counts
from patchgrad.nn.module import Module
from patchgrad.nn.norm import BatchNorm
from patchgrad.nn.parameter import Parameter
from patchgrad.tensor import Tensor


class _InstanceNorm(BatchNorm):
    """What InstanceNorm1d, 2d and 3d share: parameters and running statistics as in batch norm, off by default."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def forward(self, input: Tensor) -> Tensor:
        if input.ndim == self.axes[0] - 1:
            return self.forward(input.unsqueeze(0)).squeeze(0)
        if input.ndim not in self.axes or input.shape[1] != self.num_features:
            raise ShapeError(
                f"{type(self).__name__} cannot take x: {input.shape}",
                got=f"x: {input.shape}",
                want=f"x: {self.shapes} with {self.num_features} channels",
                where=self.path,
            )
        own = self.training or not self.track_running_stats
        momentum = 0.0 if self.momentum is None else self.momentum
        stats = (self.running_mean, self.running_var)
        return functional.instance_norm(input, *stats, self.weight, self.bias, own, momentum, self.eps)


class InstanceNorm1d(_InstanceNorm):
    """Normalise each channel of each sequence over its length.

    Shapes
        input (batch, num_features, length) or (num_features, length)  ->  y of the same shape
    Parameters
        weight, bias (num_features,), at first 1 and 0, with ``affine``
    Source
        Ulyanov et al. 2016, Instance normalization.
    """

    axes = (3,)
    shapes = "(batch, channels, length)"


class InstanceNorm2d(_InstanceNorm):
    """Normalise each channel of each image over its places.

    Shapes
        input (batch, num_features, height, width) or without batch  ->  y of the same shape
    Parameters
        weight, bias (num_features,), at first 1 and 0, with ``affine``
    Source
        Ulyanov et al. 2016, Instance normalization.
    """

    axes = (4,)
    shapes = "(batch, channels, height, width)"


class InstanceNorm3d(_InstanceNorm):
    """Normalise each channel of each volume over its places.

    Shapes
        input (batch, num_features, depth, height, width) or without batch  ->  y of the same shape
    Parameters
        weight, bias (num_features,), at first 1 and 0, with ``affine``
    Source
        Ulyanov et al. 2016, Instance normalization.
    """

    axes = (5,)
    shapes = "(batch, channels, depth, height, width)"


class RMSNorm(Module):
    """Divide each sample by the root of its mean square over the last axes, then scale.

    Shapes
        input (*, *normalized_shape)  ->  y of the same shape
    Parameters
        weight (normalized_shape), at first 1; absent without ``elementwise_affine``
    Settings
        eps  under the root; None: the precision of the dtype
    Source
        Zhang and Sennrich 2019, Root mean square layer normalization.
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float | None = None,
        elementwise_affine: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        for size in shape:
            counts("RMSNorm", normalized_shape=size)
        self.normalized_shape = shape
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        self.weight = Parameter.empty(shape, device=device, dtype=dtype) if elementwise_affine else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Weight 1."""
        if self.weight is not None:
            init.ones_(self.weight)

    def forward(self, x: Tensor) -> Tensor:
        if tuple(x.shape[x.ndim - len(self.normalized_shape) :]) != self.normalized_shape:
            raise ShapeError(
                f"RMSNorm cannot take x: {x.shape}",
                got=f"x: {x.shape}",
                want=f"x: (*, {', '.join(map(str, self.normalized_shape))})",
                where=self.path,
            )
        return functional.rms_norm(x, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class LocalResponseNorm(Module):
    """``x / (k + alpha * mean of x² over size neighbouring channels)^beta``; (batch, channels, *) -> the same.

    Source
        Krizhevsky et al. 2012, ImageNet classification with deep convolutional neural networks.
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__()
        counts("LocalResponseNorm", size=size)
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k

    def forward(self, input: Tensor) -> Tensor:
        return functional.local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self) -> str:
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"
