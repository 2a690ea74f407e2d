"""Layers that make sequences, images and volumes larger at their ends."""

from __future__ import annotations

from typing import Any

from patchgrad.errors import ArgumentError
from patchgrad.nn import functional
from patchgrad.nn.module import Module
from patchgrad.tensor import Tensor


class _Pad(Module):
    """Padding of the last ``axes`` axes: one width for all ends, or (before, after) of the last axis, ..."""

    axes: int
    mode: str

    def __init__(self, padding: int | tuple[int, ...]) -> None:
        super().__init__()
        self.padding = _widths(type(self).__name__, padding, self.axes)

    def forward(self, input: Tensor) -> Tensor:
        return functional.pad(input, self.padding, self.mode)

    def extra_repr(self) -> str:
        return str(self.padding)


class _ConstantPad(_Pad):
    """Padding with one value."""

    mode = "constant"

    def __init__(self, padding: int | tuple[int, ...], value: float) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, input: Tensor) -> Tensor:
        return functional.pad(input, self.padding, self.mode, self.value)

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class ConstantPad1d(_ConstantPad):
    """``value`` at the ends of the last axis; negative widths cut."""

    axes = 1


class ConstantPad2d(_ConstantPad):
    """``value`` around the last two axes; negative widths cut."""

    axes = 2


class ConstantPad3d(_ConstantPad):
    """``value`` around the last three axes; negative widths cut."""

    axes = 3


class ZeroPad1d(_Pad):
    """Zeros at the ends of the last axis; negative widths cut."""

    axes, mode = 1, "constant"


class ZeroPad2d(_Pad):
    """Zeros around the last two axes; negative widths cut."""

    axes, mode = 2, "constant"


class ZeroPad3d(_Pad):
    """Zeros around the last three axes; negative widths cut."""

    axes, mode = 3, "constant"


class ReflectionPad1d(_Pad):
    """A mirror at the ends of the last axis; the border itself is not repeated."""

    axes, mode = 1, "reflect"


class ReflectionPad2d(_Pad):
    """Mirrors around the last two axes; the border itself is not repeated."""

    axes, mode = 2, "reflect"


class ReflectionPad3d(_Pad):
    """Mirrors around the last three axes; the border itself is not repeated."""

    axes, mode = 3, "reflect"


class ReplicationPad1d(_Pad):
    """The border repeated at the ends of the last axis."""

    axes, mode = 1, "replicate"


class ReplicationPad2d(_Pad):
    """The border repeated around the last two axes."""

    axes, mode = 2, "replicate"


class ReplicationPad3d(_Pad):
    """The border repeated around the last three axes."""

    axes, mode = 3, "replicate"


class CircularPad1d(_Pad):
    """The other end of the last axis, as on a ring."""

    axes, mode = 1, "circular"


class CircularPad2d(_Pad):
    """The other ends of the last two axes, as on a torus."""

    axes, mode = 2, "circular"


class CircularPad3d(_Pad):
    """The other ends of the last three axes."""

    axes, mode = 3, "circular"


def _widths(layer: str, padding: Any, axes: int) -> tuple[int, ...]:
    widths = (padding,) * (2 * axes) if isinstance(padding, int) else tuple(padding)
    if len(widths) != 2 * axes or not all(isinstance(width, int) for width in widths):
        raise ArgumentError(f"{layer} cannot use padding={padding!r}", want=f"an integer or {2 * axes} of them")
    return widths
