"""Ops that a user writes in ``forward`` and that are layers of the catalogue: ``relu(x)``, ``a + b``, ``flatten``."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

Layer = tuple[str, dict[str, Any]]
"""Kind and settings."""


def as_layer(ran: Any) -> Layer | None:
    """Kind and settings of the layer that does what this op did; None if there is none."""
    rule = RULES.get(ran.op.name)
    return rule(ran) if rule else None


def _plain(kind: str, **names: str) -> Callable[[Any], Layer]:
    """A kind whose settings are attributes of the op, under other names."""
    return lambda ran: (kind, {setting: ran.attrs[attr] for setting, attr in names.items() if attr in ran.attrs})


def _add(ran: Any) -> Layer | None:
    return ("Add", {}) if len(ran.inputs) == 2 and all(hasattr(entry, "shape") for entry in ran.inputs) else None


def _flatten(ran: Any) -> Layer | None:
    """A reshape that joins neighbouring axes behind the batch axis."""
    before, after = tuple(ran.inputs[0].shape), tuple(ran.outputs[0].shape)
    if before == after or len(after) >= len(before):
        return None
    start = next(at for at, (a, b) in enumerate(zip(before, (*after, -1), strict=False)) if a != b)
    joined = len(before) - len(after) + 1
    if start == 0 or start + joined > len(before):
        return None
    expected = (*before[:start], math.prod(before[start : start + joined]), *before[start + joined :])
    end = start + joined - 1
    last = end == len(before) - 1
    return ("Flatten", {"start_dim": start, "end_dim": -1 if last else end}) if expected == after else None


RULES: dict[str, Callable[[Any], Layer | None]] = {
    "add": _add,
    "reshape": _flatten,
    "relu": _plain("ReLU"),
    "leaky_relu": _plain("LeakyReLU", negative_slope="negative_slope"),
    "gelu": _plain("GELU", approximate="approximate"),
    "silu": _plain("SiLU"),
    "tanh": _plain("Tanh"),
    "sigmoid": _plain("Sigmoid"),
    "softmax": _plain("Softmax", dim="dim"),
}
