"""Times, sizes and amounts of work in a few characters; empty for nothing."""

from __future__ import annotations


def duration(seconds: float) -> str:
    """``12 µs``, ``3.4 ms``, ``1.2 s``."""
    for unit, factor in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return ""


def size(count: int, before: str = "") -> str:
    """``512 B``, ``3.1 KB``, ``2.5 MB``, in powers of 1024."""
    found = _scaled(count, 1024, ("B", "KB", "MB", "GB", "TB"))
    return before + found if found else ""


def amount(count: int, unit: str) -> str:
    """``950 FLOP``, ``12.5 kFLOP``, ``3.1 GFLOP``."""
    return _scaled(count, 1000, tuple(prefix + unit for prefix in ("", "k", "M", "G", "T")))


def _scaled(count: int, step: int, units: tuple[str, ...]) -> str:
    if not count:
        return ""
    place = 0
    value = float(count)
    while value >= step and place < len(units) - 1:
        value, place = value / step, place + 1
    return f"{value:.3g} {units[place]}" if value < 1000 else f"{value:.0f} {units[place]}"
