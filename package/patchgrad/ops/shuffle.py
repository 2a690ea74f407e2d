"""Exchange of channels and places of an image: only movement, no arithmetic."""

from __future__ import annotations

from typing import Any

from patchgrad.errors import ShapeError
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed


def _refuse(name: str, input: Any, what: str) -> None:
    raise placed(ShapeError(f"{name} cannot divide its input", got=f"input {tuple(input.shape)}", want=what))


def pixel_shuffle(input: Any, upscale_factor: int) -> Tensor:
    """Channels become places: (*, channels r², height, width) -> (*, channels, height r, width r).

    Source: Shi et al. 2016, Real-time single image and video super-resolution using an efficient sub-pixel CNN.
    """
    r = upscale_factor
    if input.ndim < 3 or input.shape[-3] % (r * r):
        _refuse("pixel_shuffle", input, f"(*, channels, height, width) with channels a multiple of {r * r}")
    *batch, channels, height, width = input.shape
    n = len(batch)
    split = input.reshape(*batch, channels // (r * r), r, r, height, width)
    moved = split.permute(*range(n + 1), n + 3, n + 1, n + 4, n + 2)
    return moved.reshape(*batch, channels // (r * r), height * r, width * r)


def pixel_unshuffle(input: Any, downscale_factor: int) -> Tensor:
    """Places become channels, the reverse of `pixel_shuffle`: (*, c, height r, width r) -> (*, c r², height, width)."""
    r = downscale_factor
    if input.ndim < 3 or input.shape[-2] % r or input.shape[-1] % r:
        _refuse("pixel_unshuffle", input, f"(*, channels, height, width) with both sizes multiples of {r}")
    *batch, channels, height, width = input.shape
    n = len(batch)
    split = input.reshape(*batch, channels, height // r, r, width // r, r)
    moved = split.permute(*range(n + 1), n + 2, n + 4, n + 1, n + 3)
    return moved.reshape(*batch, channels * r * r, height // r, width // r)


def channel_shuffle(input: Any, groups: int) -> Tensor:
    """Channels of all groups in turn: (batch, channels, *) -> same. Source: Zhang et al. 2018, ShuffleNet."""
    if input.ndim < 3 or input.shape[1] % groups:
        _refuse("channel_shuffle", input, f"(batch, channels, *) with channels a multiple of {groups}")
    batch, channels, *places = input.shape
    return input.reshape(batch, groups, channels // groups, *places).transpose(1, 2).reshape(input.shape)
