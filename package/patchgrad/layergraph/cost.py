"""What a layer costs: floating-point operations of one sample going forward, known from its shapes alone."""

from __future__ import annotations

import math
from typing import Any

from patchgrad.layergraph import catalogue
from patchgrad.layergraph.kind import SymbolicShape
from patchgrad.layergraph.probe import parameter_count


def layer_flops(key: tuple[Any, ...], taken: SymbolicShape | None, given: SymbolicShape | None) -> int | None:
    """2 for each weight at each place that it is used at: points of an image, steps of a sequence.

    Parameters
        key    kind and settings
        taken  shape of its first input
        given  shape of its first output

    Returns None where the shape that it depends on is not known. Only layers with weights count.
    """
    kind = catalogue.find(key[0])
    if kind.make is None or kind.family in ("norm", "source") or "Embedding" in key[0]:
        return 0
    weights = parameter_count(key)
    shape = taken if "Transpose" in key[0] else given
    if not weights or shape is None:
        return None if weights else 0
    axis = kind.width_axis % len(shape) if kind.width or key[0] == "MultiheadAttention" else -1
    sizes = [size for at, size in enumerate(shape) if at not in (0, axis) and isinstance(size, int)]
    return 2 * weights * math.prod(sizes)


def cost_text(parameters: int, flops: int | None) -> str:
    """``+8,320 parameters, +16,640 FLOPs``; ``+0`` for what is free."""
    words = [f"{parameters:+,} parameters"] if parameters else []
    words += [f"{flops:+,} FLOPs"] if flops else []
    return ", ".join(words) or "+0"
