"""Layers that give sequences, images and volumes more points."""

from __future__ import annotations

from collections.abc import Sequence

from patchgrad.nn import functional
from patchgrad.nn.module import Module
from patchgrad.tensor import Tensor


class Upsample(Module):
    """The same picture with more points: to ``size``, or ``scale_factor`` times as many along each axis.

    Shapes
        input (batch, channels, *places)  ->  y (batch, channels, *size)
    Settings
        mode           "nearest", "linear" (1 axis), "bilinear", "bicubic" (2 axes), "trilinear" (3 axes)
        align_corners  the first and last points stay where they are, instead of the outer edges of the points
    """

    def __init__(
        self,
        size: int | Sequence[int] | None = None,
        scale_factor: float | Sequence[float] | None = None,
        mode: str = "nearest",
        align_corners: bool | None = None,
        recompute_scale_factor: bool | None = None,
    ) -> None:
        super().__init__()
        self.size = size
        many = isinstance(scale_factor, Sequence)
        self.scale_factor = tuple(map(float, scale_factor)) if many else float(scale_factor) if scale_factor else None
        self.mode = mode
        self.align_corners = align_corners
        self.recompute_scale_factor = recompute_scale_factor

    def forward(self, input: Tensor) -> Tensor:
        return functional.interpolate(
            input, self.size, self.scale_factor, self.mode, self.align_corners, self.recompute_scale_factor
        )

    def extra_repr(self) -> str:
        target = f"size={self.size}" if self.scale_factor is None else f"scale_factor={self.scale_factor}"
        return f"{target}, mode={self.mode!r}"


class UpsamplingNearest2d(Upsample):
    """`Upsample` of images by the nearest point."""

    def __init__(
        self, size: int | Sequence[int] | None = None, scale_factor: float | Sequence[float] | None = None
    ) -> None:
        super().__init__(size, scale_factor, "nearest")


class UpsamplingBilinear2d(Upsample):
    """`Upsample` of images in straight lines between the points; corners stay."""

    def __init__(
        self, size: int | Sequence[int] | None = None, scale_factor: float | Sequence[float] | None = None
    ) -> None:
        super().__init__(size, scale_factor, "bilinear", align_corners=True)
