"""Small rules of layer kinds: which settings follow from an input shape, which keep it, settings in few characters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from patchgrad.layergraph.kind import Rule, Settings, SymbolicShape


def from_axis(field: str, axis: int, *ranks: int, port: str = "x") -> Rule:
    """``field`` is the size of one axis of the input, where the input has one of these numbers of axes."""

    def rule(settings: Settings, shapes: Mapping[str, SymbolicShape]) -> dict[str, Any]:
        shape = shapes.get(port, ())
        fits = len(shape) in ranks if ranks else len(shape) > 1
        size = shape[axis] if fits else None
        return {field: size} if isinstance(size, int) and size > 0 else {}

    return rule


def same_as(field: str, other: str, **constants: Any) -> Rule:
    """A new layer gets ``field`` equal to the setting ``other``."""
    return lambda settings, shapes: {field: settings[other], **constants}


def all_of(*rules: Rule) -> Rule:
    """What each of the rules says."""

    def rule(settings: Settings, shapes: Mapping[str, SymbolicShape]) -> dict[str, Any]:
        return {name: value for each in rules for name, value in each(settings, shapes).items()}

    return rule


def trailing(settings: Settings, shapes: Mapping[str, SymbolicShape]) -> dict[str, Any]:
    count = len(settings["normalized_shape"])
    sizes = shapes.get("x", ())[1:][-count:]
    return {"normalized_shape": sizes} if len(sizes) == count and all(isinstance(s, int) for s in sizes) else {}


def groups(settings: Settings, shapes: Mapping[str, SymbolicShape]) -> dict[str, Any]:
    return {"num_groups": divisor(settings["num_channels"], settings["num_groups"])}


def heads(settings: Settings, shapes: Mapping[str, SymbolicShape]) -> dict[str, Any]:
    return {"num_heads": divisor(settings["embed_dim"], settings["num_heads"])}


def stride_of_pool(settings: Settings) -> dict[str, Any]:
    """A stride that is the size of the window is the usual one."""
    return {"stride": None} if settings["stride"] == settings["kernel_size"] else {}


def bias_of_norm(settings: Settings) -> dict[str, Any]:
    """Without scale and shift there is no shift to switch off."""
    return {} if settings["elementwise_affine"] else {"bias": True}


def bias_of_affine(settings: Settings) -> dict[str, Any]:
    """Without scale and shift there is no shift to switch off."""
    return {} if settings["affine"] else {"bias": True}


def divisor(size: int, wanted: int) -> int:
    """The largest divisor of ``size`` that is at most ``wanted``."""
    return next(count for count in range(min(size, wanted), 0, -1) if size % count == 0)


def arrow(left: str, right: str) -> Callable[[Settings], str]:
    return lambda settings: f"{settings[left]} → {settings[right]}"


def value_of(*names: str) -> Callable[[Settings], str]:
    return lambda settings: ", ".join(_text(settings[name]) for name in names if settings[name] is not None)


def _text(value: Any) -> str:
    return (
        "×".join(map(str, value))
        if isinstance(value, tuple)
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )


def conv_summary(axes: int) -> Callable[[Settings], str]:
    """``16 → 32, 3×3, /2``: channels, size of a filter, stride."""

    def summary(settings: Settings) -> str:
        size = settings["kernel_size"]
        size = size if isinstance(size, tuple) else (size,) * axes
        text = f"{settings['in_channels']} → {settings['out_channels']}, {_text(size)}"
        return text + (f", /{_text(settings['stride'])}" if settings["stride"] != 1 else "")

    return summary


def shape_summary(settings: Settings) -> str:
    return " × ".join(("N", *map(str, settings["shape"]))) if settings["shape"] is not None else ""
