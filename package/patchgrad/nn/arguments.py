"""Checks of the settings of layers: each mistake is told with the setting's name."""

from __future__ import annotations

from typing import Any

from patchgrad.errors import ArgumentError


def is_count(value: Any, least: int = 1) -> bool:
    """Is it an integer of ``least`` or more (and no bool)?"""
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def counts(layer: str, least: int = 1, **settings: Any) -> None:
    """Raise ArgumentError naming the first setting that is no integer of ``least`` or more."""
    for name, value in settings.items():
        if not is_count(value, least):
            raise ArgumentError(
                f"{layer} cannot use this {name}", got=f"{name}={value!r}", want=f"an integer of {least} or more"
            )


def pair(layer: str, least: int = 1, **setting: Any) -> tuple[int, int]:
    """One setting given as an integer or a pair, as a pair: ``pair("Conv2d", stride=2)`` is (2, 2)."""
    first, second = several(layer, 2, least, **setting)
    return first, second


def several(layer: str, count: int, least: int = 1, **setting: Any) -> tuple[int, ...]:
    """One setting given as an integer or ``count`` of them, as ``count``: ``several("Conv3d", 3, stride=2)``."""
    ((name, value),) = setting.items()
    each = (value,) * count if isinstance(value, int) else value
    if not isinstance(each, (tuple, list)) or len(each) != count or not all(is_count(entry, least) for entry in each):
        word = {1: "", 2: ", or a pair of them"}.get(count, f", or {count} of them")
        raise ArgumentError(
            f"{layer} cannot use this {name}", got=f"{name}={value!r}", want=f"an integer of {least} or more{word}"
        )
    return tuple(each)


def probability(layer: str, **setting: Any) -> None:
    """Raise ArgumentError unless the setting is a number from 0 to 1."""
    ((name, value),) = setting.items()
    if not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise ArgumentError(f"{layer} cannot use this {name}", got=f"{name}={value!r}", want="a number from 0 to 1")


def choice(layer: str, options: tuple[Any, ...], **setting: Any) -> None:
    """Raise ArgumentError unless the setting is one of ``options``."""
    ((name, value),) = setting.items()
    if value not in options:
        raise ArgumentError(
            f"{layer} cannot use this {name}", got=f"{name}={value!r}", want=" or ".join(map(repr, options))
        )


def divides(layer: str, **settings: int) -> None:
    """Raise ArgumentError unless the second setting divides the first: ``divides("Conv2d", channels=6, groups=4)``."""
    (whole, total), (part, count) = settings.items()
    if total % count:
        raise ArgumentError(
            f"{layer} cannot split {whole} into {part}",
            got=f"{whole}={total}, {part}={count}",
            want=f"{whole} divisible by {part}",
        )
