"""``pg.show``: tensors as pictures."""

from __future__ import annotations

from math import ceil
from pathlib import Path
from typing import Any, Literal

from patchgrad.backend import host
from patchgrad.drawing.png import png
from patchgrad.errors import ArgumentError
from patchgrad.tensor.tensor import Tensor

Colors = Literal["grey", "signed"]
SMALLEST = 480
"""Pixels of width that a picture has at least: small tensors are enlarged by whole numbers."""
LARGEST_CELL = 24
GAP = 1
MANY = 256
BLUE, RED = (33, 102, 172), (178, 24, 43)


class Picture:
    """A picture in a notebook, and a file by ``save``.

    Fields
        pixels  uint8 (height, width) or (height, width, 3), one for each value
        about   what is shown, in a few words
    """

    def __init__(self, pixels: Any, about: str) -> None:
        self.pixels = pixels
        self.about = about

    def save(self, path: str | Path) -> None:
        """Write a PNG file."""
        Path(path).write_bytes(self._repr_png_())

    def _repr_png_(self) -> bytes:
        times = max(1, min(LARGEST_CELL, SMALLEST // self.pixels.shape[1]))
        return png(self.pixels.repeat(times, axis=0).repeat(times, axis=1))

    def __repr__(self) -> str:
        return f"Picture({self.about})"


def show(
    x: Any, *, columns: int | None = None, colors: Colors = "grey", limits: tuple[float, float] | None = None
) -> Picture:
    """A tensor as a picture, each value a square.

    Parameters
        x        (width,), (height, width), (channels, height, width) or (images, channels, height, width). 3 channels
                 are red, green and blue; other counts become a picture each, side by side
        columns  of a picture of several
        colors   "grey": the lowest value black, the highest white; "signed": negative blue, zero white, positive red
        limits   the values that are black and white; by default the extremes of ``x``. Not used for "signed" but for
                 the larger of the two
    Errors
        ArgumentError  for tensors with more axes, without values, or complex ones.
    """
    values = _values(x)
    pictures = _apart(values)
    shown = pictures[:MANY]
    across = columns or min(len(shown), max(1, ceil(len(shown) ** 0.5 * 1.5)))
    lowest, highest = limits or _limits(shown)
    pixels = _grid(_colored(shown, colors, lowest, highest), across)
    left = f", the first {MANY} of {len(pictures)}" if len(pictures) > MANY else ""
    return Picture(pixels, f"{tuple(values.shape)}{left}, {lowest:.3g} to {highest:.3g}")


def _values(x: Any) -> Any:
    values = host.asarray(x.detach().cpu().numpy() if isinstance(x, Tensor) else x)
    if values.dtype.kind not in "biuf" or values.size == 0 or values.ndim > 4:
        raise ArgumentError(
            "pg.show cannot make a picture of this",
            got=f"shape {tuple(values.shape)}, {values.dtype}",
            want="real numbers of 1 to 4 axes, and not none",
            hint="x.abs() of complex numbers; choose some entries of the first axes, x[0]",
        )
    return values.astype(host.float64)


def _apart(values: Any) -> Any:
    """(pictures, height, width) or, of colours, (pictures, height, width, 3)."""
    while values.ndim < 3:
        values = values[None]
    images = values if values.ndim == 4 else values[None]
    if images.shape[1] == 3:
        return images.transpose(0, 2, 3, 1)
    return images.reshape(-1, *images.shape[2:])


def _limits(values: Any) -> tuple[float, float]:
    finite = values[host.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)


def _colored(pictures: Any, colors: Colors, lowest: float, highest: float) -> Any:
    """uint8; what is not finite is the darkest."""
    if colors == "grey" or pictures.ndim == 4:
        shades = (pictures - lowest) / ((highest - lowest) or 1.0)
        return (host.clip(host.nan_to_num(shades, posinf=1.0, neginf=0.0), 0, 1) * 255).round().astype(host.uint8)
    scale = max(abs(lowest), abs(highest)) or 1.0
    share = host.clip(host.nan_to_num(pictures / scale, posinf=1.0, neginf=-1.0), -1, 1)[..., None]
    ends = host.where(share < 0, host.asarray(BLUE), host.asarray(RED))
    return (255 + (ends - 255) * abs(share)).round().astype(host.uint8)


def _grid(pictures: Any, across: int) -> Any:
    """One picture of all, in rows, with a thin line between them."""
    count, height, width = pictures.shape[:3]
    if count == 1:
        return pictures[0]
    down = ceil(count / across)
    sheet = host.full(
        (down * (height + GAP) - GAP, across * (width + GAP) - GAP, *pictures.shape[3:]), 128, dtype=host.uint8
    )
    for number, picture in enumerate(pictures):
        top, left = number // across * (height + GAP), number % across * (width + GAP)
        sheet[top : top + height, left : left + width] = picture
    return sheet
