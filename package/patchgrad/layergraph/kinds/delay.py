"""What came in at the step before: the one layer through which a loop may lead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from patchgrad.layergraph import fields as f
from patchgrad.layergraph.kind import Settings, SymbolicShape
from patchgrad.layergraph.kinds.entry import layer
from patchgrad.layergraph.roles import KEPT, Axis
from patchgrad.layergraph.rules import shape_summary
from patchgrad.nn.delay import MOVES


def _sample(settings: Settings, shapes: Mapping[str, SymbolicShape]) -> dict[str, Any]:
    """The sizes of one sample, where what comes in has samples."""
    first, *rest = shapes.get("x", ("", ""))
    return {"shape": tuple(rest)} if first == "N" and all(isinstance(size, int) for size in rest) else {}


def _memory(name: str, settings: Settings) -> tuple[Axis | None, ...]:
    """Units lie along the last axis; those of images are channels, and come first."""
    axes: list[Axis | None] = [None] * (len(settings["shape"]) + 1)
    if settings["shape"]:
        axes[1 if len(settings["shape"]) == 3 else -1] = KEPT
    return tuple(axes)


KINDS = (
    layer(
        "Delay", "sequence", "delay",
        "What came in at the step before; loops lead through it. A batch of another size begins anew.",
        f.Field("shape", "shape", (64,), (1,), minimum=0, maximum=2**24, help="sizes of one sample"),
        f.number("initial", 0.0, "every number at the first step", ctor=0.0, minimum=None),
        f.choice("moves", "training", MOVES, "when the value moves on: in training alone, or always"),
        followers=("shape",), follow=_sample, roles=_memory, summary_of=shape_summary,
    ),
)  # fmt: skip
