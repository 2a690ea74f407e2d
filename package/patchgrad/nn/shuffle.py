"""Layers that exchange channels and places of an image."""

from __future__ import annotations

from patchgrad.nn import functional
from patchgrad.nn.arguments import counts
from patchgrad.nn.module import Module
from patchgrad.nn.settings import Shown
from patchgrad.tensor import Tensor


class PixelShuffle(Shown):
    """Channels become places: (*, channels r², height, width) -> (*, channels, height r, width r).

    Source
        Shi et al. 2016, Real-time single image and video super-resolution using an efficient sub-pixel CNN.
    """

    shown = ("upscale_factor",)

    def __init__(self, upscale_factor: int) -> None:
        super().__init__()
        counts("PixelShuffle", upscale_factor=upscale_factor)
        self.upscale_factor = upscale_factor

    def forward(self, input: Tensor) -> Tensor:
        return functional.pixel_shuffle(input, self.upscale_factor)


class PixelUnshuffle(Shown):
    """Places become channels: (*, channels, height r, width r) -> (*, channels r², height, width)."""

    shown = ("downscale_factor",)

    def __init__(self, downscale_factor: int) -> None:
        super().__init__()
        counts("PixelUnshuffle", downscale_factor=downscale_factor)
        self.downscale_factor = downscale_factor

    def forward(self, input: Tensor) -> Tensor:
        return functional.pixel_unshuffle(input, self.downscale_factor)


class ChannelShuffle(Module):
    """Channels of all groups in turn: (batch, channels, *) -> same. Source: Zhang et al. 2018, ShuffleNet."""

    def __init__(self, groups: int) -> None:
        super().__init__()
        counts("ChannelShuffle", groups=groups)
        self.groups = groups

    def forward(self, input: Tensor) -> Tensor:
        return functional.channel_shuffle(input, self.groups)

    def extra_repr(self) -> str:
        return f"groups={self.groups}"
