"""Further names of ``nn.functional``: writing into the input, always giving the indices, older names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from patchgrad.errors import ShapeError
from patchgrad.ops import activation, noise
from patchgrad.ops.adaptive_pool import adaptive_max_pool1d, adaptive_max_pool2d, adaptive_max_pool3d
from patchgrad.ops.conv_forms import conv1d
from patchgrad.ops.fractional_pool import fractional_max_pool2d, fractional_max_pool3d
from patchgrad.ops.in_place import written
from patchgrad.ops.interpolate import interpolate
from patchgrad.ops.pool3d import max_pool3d
from patchgrad.ops.pool_images import max_pool1d, max_pool2d
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed

Sizes = int | Sequence[int] | None


def _writing(function: Callable[..., Any]) -> Callable[..., Any]:
    """``function``, writing into its first argument."""
    found = written(function)
    found.__name__ = found.__qualname__ = f"{function.__name__}_"
    found.__doc__ = f"`{function.__name__}`, written into ``input`` itself."
    return found


celu_ = _writing(activation.celu)
elu_ = _writing(activation.elu)
hardtanh_ = _writing(activation.hardtanh)
leaky_relu_ = _writing(activation.leaky_relu)
relu_ = _writing(activation.relu)
rrelu_ = _writing(noise.rrelu)
selu_ = _writing(activation.selu)
threshold_ = _writing(activation.threshold)


def _with_indices(function: Callable[..., Any]) -> Callable[..., Any]:
    """``function``, giving the indices too, whatever ``return_indices`` says."""

    def found(*args: Any, return_indices: bool = True, **kwargs: Any) -> tuple[Tensor, Tensor]:
        return function(*args, return_indices=True, **kwargs)

    found.__name__ = found.__qualname__ = f"{function.__name__}_with_indices"
    found.__doc__ = f"`{function.__name__}`, and where each maximum stood."
    return found


max_pool1d_with_indices = _with_indices(max_pool1d)
max_pool2d_with_indices = _with_indices(max_pool2d)
max_pool3d_with_indices = _with_indices(max_pool3d)
adaptive_max_pool1d_with_indices = _with_indices(adaptive_max_pool1d)
adaptive_max_pool2d_with_indices = _with_indices(adaptive_max_pool2d)
adaptive_max_pool3d_with_indices = _with_indices(adaptive_max_pool3d)
fractional_max_pool2d_with_indices = _with_indices(fractional_max_pool2d)
fractional_max_pool3d_with_indices = _with_indices(fractional_max_pool3d)


def upsample(
    input: Any, size: Any = None, scale_factor: Any = None, mode: str = "nearest", align_corners: bool | None = None
) -> Tensor:
    """The older name of `interpolate`."""
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input: Any, size: Any = None, scale_factor: Any = None) -> Tensor:
    """`interpolate` with ``mode="nearest"``."""
    return interpolate(input, size, scale_factor)


def upsample_bilinear(input: Any, size: Any = None, scale_factor: Any = None) -> Tensor:
    """`interpolate` with ``mode="bilinear"``, where the corners stay in their places."""
    return interpolate(input, size, scale_factor, "bilinear", align_corners=True)


def conv_tbc(input: Any, weight: Any, bias: Any, pad: int = 0) -> Tensor:
    """A convolution along the first axis.

    Shapes
        input (length, batch, channels), weight (kernel, channels, out_channels), bias (out_channels,)
        ->  (length + 2 * pad - kernel + 1, batch, out_channels)
    """
    if input.ndim != 3 or weight.ndim != 3:
        raise placed(
            ShapeError(
                "conv_tbc cannot use its inputs",
                got=f"input: {input.shape}, weight: {weight.shape}",
                want="input: (length, batch, channels), weight: (kernel, channels, out_channels)",
            )
        )
    found: Any = conv1d(input.permute(1, 2, 0), weight.permute(2, 1, 0), bias, padding=pad)
    return found.permute(2, 0, 1)
