"""Layers that learn the number of their inputs from the first one."""

from __future__ import annotations

from typing import Any

from patchgrad.nn.conv import Conv1d, Conv2d, Conv3d, Sizes
from patchgrad.nn.conv_transpose import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from patchgrad.nn.instance_norm import InstanceNorm1d, InstanceNorm2d, InstanceNorm3d
from patchgrad.nn.lazy import LazyModuleMixin
from patchgrad.nn.linear import Linear
from patchgrad.nn.norm import BatchNorm1d, BatchNorm2d, BatchNorm3d
from patchgrad.tensor import Tensor


class LazyLinear(LazyModuleMixin, Linear):
    """A `Linear` whose ``in_features`` is the size of the last axis of its first input."""

    cls_to_become = Linear
    waits_for = "in_features"

    def __init__(self, out_features: int, bias: bool = True, device: Any = None, dtype: Any = None) -> None:
        self._wait({"out_features": out_features, "bias": bias}, device, dtype)

    def _channel_axis(self, x: Tensor) -> int:
        return -1


class _LazyConvolution(LazyModuleMixin):
    """``in_channels`` follows from the input, with or without batch."""

    axes: int
    waits_for = "in_channels"

    def _channel_axis(self, x: Tensor) -> int:
        return -1 - self.axes


class _LazyConv(_LazyConvolution):
    def __init__(
        self,
        out_channels: int,
        kernel_size: Sizes,
        stride: Sizes = 1,
        padding: Sizes | str = 0,
        dilation: Sizes = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        sizes = {"out_channels": out_channels, "kernel_size": kernel_size, "stride": stride, "padding": padding}
        more = {"dilation": dilation, "groups": groups, "bias": bias, "padding_mode": padding_mode}
        self._wait({**sizes, **more}, device, dtype)


class _LazyConvTranspose(_LazyConvolution):
    def __init__(
        self,
        out_channels: int,
        kernel_size: Sizes,
        stride: Sizes = 1,
        padding: Sizes = 0,
        output_padding: Sizes = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Sizes = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        sizes = {"out_channels": out_channels, "kernel_size": kernel_size, "stride": stride, "padding": padding}
        more = {"output_padding": output_padding, "groups": groups, "bias": bias}
        self._wait({**sizes, **more, "dilation": dilation, "padding_mode": padding_mode}, device, dtype)


class _LazyNorm(LazyModuleMixin):
    """``num_features`` follows from the input."""

    axes: tuple[int, ...]
    waits_for = "num_features"

    def _channel_axis(self, x: Tensor) -> int:
        return 1


class _LazyBatchNorm(_LazyNorm):
    def __init__(
        self,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        settings = {"eps": eps, "momentum": momentum, "affine": affine, "track_running_stats": track_running_stats}
        self._wait({**settings, "bias": bias}, device, dtype)


class _LazyInstanceNorm(_LazyNorm):
    def __init__(
        self,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        settings = {"eps": eps, "momentum": momentum, "affine": affine, "track_running_stats": track_running_stats}
        self._wait({**settings, "bias": bias}, device, dtype)

    def _channel_axis(self, x: Tensor) -> int:
        return x.ndim + 1 - min(self.axes) if x.ndim < min(self.axes) else 1


class LazyConv1d(_LazyConv, Conv1d):
    """A `Conv1d` whose ``in_channels`` is that of its first input."""

    cls_to_become = Conv1d


class LazyConv2d(_LazyConv, Conv2d):
    """A `Conv2d` whose ``in_channels`` is that of its first input."""

    cls_to_become = Conv2d


class LazyConv3d(_LazyConv, Conv3d):
    """A `Conv3d` whose ``in_channels`` is that of its first input."""

    cls_to_become = Conv3d


class LazyConvTranspose1d(_LazyConvTranspose, ConvTranspose1d):
    """A `ConvTranspose1d` whose ``in_channels`` is that of its first input."""

    cls_to_become = ConvTranspose1d


class LazyConvTranspose2d(_LazyConvTranspose, ConvTranspose2d):
    """A `ConvTranspose2d` whose ``in_channels`` is that of its first input."""

    cls_to_become = ConvTranspose2d


class LazyConvTranspose3d(_LazyConvTranspose, ConvTranspose3d):
    """A `ConvTranspose3d` whose ``in_channels`` is that of its first input."""

    cls_to_become = ConvTranspose3d


class LazyBatchNorm1d(_LazyBatchNorm, BatchNorm1d):
    """A `BatchNorm1d` whose ``num_features`` is that of its first input."""

    cls_to_become = BatchNorm1d


class LazyBatchNorm2d(_LazyBatchNorm, BatchNorm2d):
    """A `BatchNorm2d` whose ``num_features`` is that of its first input."""

    cls_to_become = BatchNorm2d


class LazyBatchNorm3d(_LazyBatchNorm, BatchNorm3d):
    """A `BatchNorm3d` whose ``num_features`` is that of its first input."""

    cls_to_become = BatchNorm3d


class LazyInstanceNorm1d(_LazyInstanceNorm, InstanceNorm1d):
    """An `InstanceNorm1d` whose ``num_features`` is that of its first input."""

    cls_to_become = InstanceNorm1d


class LazyInstanceNorm2d(_LazyInstanceNorm, InstanceNorm2d):
    """An `InstanceNorm2d` whose ``num_features`` is that of its first input."""

    cls_to_become = InstanceNorm2d


class LazyInstanceNorm3d(_LazyInstanceNorm, InstanceNorm3d):
    """An `InstanceNorm3d` whose ``num_features`` is that of its first input."""

    cls_to_become = InstanceNorm3d
