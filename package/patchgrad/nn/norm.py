"""Normalisation: shift and scale to mean 0 and variance 1, over the batch, a sample, or groups of channels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from patchgrad.backend import MetaArray
from patchgrad.errors import ShapeError
from patchgrad.nn import functional, init, steps
from patchgrad.nn.arguments import counts, divides
from patchgrad.nn.module import Module
from patchgrad.nn.parameter import Parameter, allocate
from patchgrad.tensor import Tensor


class BatchNorm(Module):
    """What BatchNorm1d, 2d and 3d share: all but the number of axes."""

    axes: tuple[int, ...]
    shapes: str

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        counts(type(self).__name__, num_features=num_features)
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        shape, place = (num_features,), {"device": device, "dtype": dtype}
        self.weight = Parameter.empty(shape, **place) if affine else None
        self.bias = Parameter.empty(shape, **place) if affine and bias else None
        self.register_buffer("running_mean", Tensor(allocate(shape, **place)) if track_running_stats else None)
        self.register_buffer("running_var", Tensor(allocate(shape, **place)) if track_running_stats else None)
        count = Tensor(allocate((), device=device, dtype="int64")) if track_running_stats else None
        self.register_buffer("num_batches_tracked", count)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Weight 1, bias 0, and no batch seen."""
        self.reset_running_stats()
        _ones_and_zeros(self)

    def reset_running_stats(self) -> None:
        """Forget the batches seen: running mean 0, running variance 1."""
        if self.track_running_stats:
            init.zeros_(self.running_mean)
            init.ones_(self.running_var)
            init.constant_(self.num_batches_tracked, 0)

    def forward(self, input: Tensor) -> Tensor:
        if input.ndim not in self.axes or input.shape[1] != self.num_features:
            raise ShapeError(
                f"{type(self).__name__} cannot take x: {input.shape}",
                got=f"x: {input.shape}",
                want=f"x: {self.shapes} with {self.num_features} channels",
                where=self.path,
            )
        return functional.batch_norm(
            input,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            training=self.training or not self.track_running_stats,
            momentum=self._count_batch(input),
            eps=self.eps,
        )

    def _count_batch(self, x: Tensor) -> float:
        """The share of this batch in the running statistics; with ``momentum=None`` all batches count alike."""
        if not (self.training and self.track_running_stats) or isinstance(x.data, MetaArray):
            return 0.0
        steps.count_up(self.num_batches_tracked)
        return 1.0 / self.num_batches_tracked.item() if self.momentum is None else self.momentum

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )


class BatchNorm1d(BatchNorm):
    """Normalise each feature over the batch, then scale and shift it.

    In training with the statistics of the batch, which also move the running ones; in evaluation with those.

    Shapes
        input (batch, num_features) or (batch, num_features, length)  ->  y of the same shape
    Parameters
        weight, bias (num_features,), at first 1 and 0
    Buffers
        running_mean, running_var (num_features,), num_batches_tracked ()
    Source
        Ioffe and Szegedy 2015, Batch normalization.
    """

    axes = (2, 3)
    shapes = "(batch, channels) or (batch, channels, length)"


class BatchNorm2d(BatchNorm):
    """Normalise each channel over the batch and the image, then scale and shift it.

    In training with the statistics of the batch, which also move the running ones; in evaluation with those.

    Shapes
        input (batch, num_features, height, width)  ->  y of the same shape
    Parameters
        weight, bias (num_features,), at first 1 and 0
    Buffers
        running_mean, running_var (num_features,), num_batches_tracked ()
    Source
        Ioffe and Szegedy 2015, Batch normalization.
    """

    axes = (4,)
    shapes = "(batch, channels, height, width)"


class BatchNorm3d(BatchNorm):
    """Normalise each channel over the batch and the volume, then scale and shift it; else as `BatchNorm2d`.

    Shapes
        input (batch, num_features, depth, height, width)  ->  y of the same shape
    """

    axes = (5,)
    shapes = "(batch, channels, depth, height, width)"


class LayerNorm(Module):
    """Normalise each sample over its last axes, then scale and shift.

    Shapes
        input (*, *normalized_shape)  ->  y of the same shape
    Parameters
        weight, bias (normalized_shape), at first 1 and 0; absent without ``elementwise_affine``
    Source
        Ba et al. 2016, Layer normalization.
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        for size in shape:
            counts("LayerNorm", normalized_shape=size)
        self.normalized_shape = shape
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        place = {"device": device, "dtype": dtype}
        self.weight = Parameter.empty(shape, **place) if elementwise_affine else None
        self.bias = Parameter.empty(shape, **place) if elementwise_affine and bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Weight 1, bias 0."""
        _ones_and_zeros(self)

    def forward(self, input: Tensor) -> Tensor:
        return functional.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        affine = f"elementwise_affine={self.elementwise_affine}, bias={self.bias is not None}"
        return f"{self.normalized_shape}, eps={self.eps}, {affine}"


class GroupNorm(Module):
    """Normalise each sample over groups of its channels, then scale and shift each channel.

    Shapes
        input (batch, num_channels, *)  ->  y of the same shape
    Parameters
        weight, bias (num_channels,), at first 1 and 0
    Source
        Wu and He 2018, Group normalization.
    """

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        counts("GroupNorm", num_groups=num_groups, num_channels=num_channels)
        divides("GroupNorm", num_channels=num_channels, num_groups=num_groups)
        self.num_groups = num_groups
        self.num_channels = num_channels
        self.eps = eps
        self.affine = affine
        place = {"device": device, "dtype": dtype}
        self.weight = Parameter.empty((num_channels,), **place) if affine else None
        self.bias = Parameter.empty((num_channels,), **place) if affine and bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Weight 1, bias 0."""
        _ones_and_zeros(self)

    def forward(self, input: Tensor) -> Tensor:
        return functional.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        affine = f"affine={self.affine}, bias={self.bias is not None}"
        return f"{self.num_groups}, {self.num_channels}, eps={self.eps}, {affine}"


def _ones_and_zeros(module: Module) -> None:
    if module.weight is not None:
        init.ones_(module.weight)
    if module.bias is not None:
        init.zeros_(module.bias)
