"""What the axes of a parameter stand for: units that a layer gives, units that come in at a port, a state.

By these a weight follows when the units around it change (``units.py``, ``carry.py``). A layer of another kind has
none: of its parameters the overlap is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

Settings = Any
Roles = Callable[[str, Settings], "tuple[Axis | None, ...]"]
"""Parameter or buffer name and settings -> one entry for each axis; None for an axis whose places are not units."""


class Axis(msgspec.Struct, frozen=True):
    """One axis of a parameter.

    Parameters
        of      whose units lie along it: ``out``, an input port, or ``state`` and ``heads`` inside the layer
        reads   units are read from here: what a new one adds to the old units is 0 at first, so that nothing changes
        blocks  how many times the units stand one after the other (the gates of an LSTM)
    """

    of: str
    reads: bool = False
    blocks: int = 1


OUT, X = Axis("out"), Axis("x", reads=True)
KEPT = Axis("x")
"""One number for each unit that comes in and goes on."""
PART = Axis("", reads=True)
"""Units of one group among several: they are not told apart, and only the overlap is kept."""


def linear(name: str, settings: Settings) -> tuple[Axis | None, ...]:
    return (OUT, X) if name == "weight" else (OUT,)


def table(name: str, settings: Settings) -> tuple[Axis | None, ...]:
    return (None, OUT)


def learned(name: str, settings: Settings) -> tuple[Axis | None, ...]:
    return (*[None] * (len(settings["shape"]) - 1), OUT)


def bilinear(name: str, settings: Settings) -> tuple[Axis | None, ...]:
    return (OUT, Axis("x1", reads=True), Axis("x2", reads=True)) if name == "weight" else (OUT,)


def filters(name: str, settings: Settings) -> tuple[Axis | None, ...]:
    """(out, in, ...): of a filter for each channel the outputs are the inputs; of groups a part is told apart whole."""
    if name != "weight":
        return (OUT,)
    return (OUT, X) if settings["groups"] == 1 else (OUT, PART)


def spread_filters(name: str, settings: Settings) -> tuple[Axis | None, ...]:
    """(in, out, ...), the other way round from ``filters``."""
    if name != "weight":
        return (OUT,)
    return (X, OUT) if settings["groups"] == 1 else (KEPT, None)


def per_unit(name: str, settings: Settings) -> tuple[Axis | None, ...]:
    """Scale, shift and statistics of a norm."""
    return (KEPT,)


def recurrent(gates: int) -> Roles:
    """Weights of an RNN, GRU or LSTM: gates stacked along the first axis; both directions along the second."""

    def roles(name: str, settings: Settings) -> tuple[Axis | None, ...]:
        rows, given = Axis("state", blocks=gates), Axis("given", reads=True)
        both = Axis("given", reads=True, blocks=2 if settings["bidirectional"] else 1)
        if name.startswith("weight_ih"):
            return (rows, X if name.removesuffix("_reverse").endswith("_l0") else both)
        if name.startswith("weight_hh"):
            return (rows, given)
        return (Axis("given"), Axis("state", reads=True)) if name.startswith("weight_hr") else (rows,)

    return roles


def attention(name: str, settings: Settings) -> tuple[Axis | None, ...]:
    """Queries, keys and values are units of the heads; what goes out stands where the queries came in."""
    rows = Axis("heads", blocks=3 if name.startswith("in_proj") else 1)
    if name in ("bias_k", "bias_v"):
        return (None, None, rows)
    if name.startswith("out_proj"):
        return (Axis("query"), Axis("heads", reads=True))[: 2 if name.endswith("weight") else 1]
    port = {"k_proj_weight": "key", "v_proj_weight": "value"}.get(name, "query")
    return (rows, Axis(port, reads=True)) if name.endswith("weight") else (rows,)
