"""The settings of a layer in a few characters, as on its box: ``784 → 128``, ``3 → 16, 3×3``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

FLOWS = (
    ("in_features", "out_features"),
    ("in_channels", "out_channels"),
    ("input_size", "hidden_size"),
    ("num_embeddings", "embedding_dim"),
)
SIZES = ("kernel_size", "output_size", "normalized_shape", "num_features", "shape", "p", "embed_dim", "dim")
"""Settings shown by value alone or with a short word, in this order."""
WORDS = {"stride": "stride", "padding": "pad", "num_heads": "heads", "num_groups": "groups", "negative_slope": "slope"}
SILENT = {"stride": (None, 1, (1, 1)), "padding": (None, 0, (0, 0)), "negative_slope": (0.01,)}


def summary(settings: Mapping[str, Any]) -> str:
    """What matters of the settings, in a few characters; empty if nothing does."""
    parts = [f"{number(settings[a])} → {number(settings[b])}" for a, b in FLOWS if a in settings and b in settings]
    parts += [_size(name, settings[name]) for name in SIZES if settings.get(name) is not None]
    parts += [f"{word} {number(settings[name])}" for name, word in WORDS.items() if _speaks(settings, name)]
    return ", ".join(parts)


def number(value: Any) -> str:
    """``3``, ``0.25``, ``3×3``."""
    if isinstance(value, (list, tuple)):
        return "×".join(number(entry) for entry in cast("Sequence[Any]", value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def count(value: int) -> str:
    """``950``, ``12.5k``, ``3.1M``: a number of parameters in a few characters."""
    for size, unit in ((10**9, "G"), (10**6, "M"), (10**4, "k")):
        if value >= size:
            return f"{value / (1000 if unit == 'k' else size):.3g}{unit}"
    return f"{value:,}"


def travelling(shape: Sequence[int | str] | None) -> str:
    """A shape as on an edge: ``N × 64``. The batch axis is the text N."""
    return "" if shape is None else " × ".join(str(size) for size in shape)


def _size(name: str, value: Any) -> str:
    if name == "kernel_size" and isinstance(value, int):
        return f"{value}×{value}"
    return f"p {number(value)}" if name == "p" else number(value)


def _speaks(settings: Mapping[str, Any], name: str) -> bool:
    value = settings.get(name)
    plain = tuple(cast("list[Any]", value)) if isinstance(value, list) else value
    return value is not None and plain not in SILENT.get(name, ())
