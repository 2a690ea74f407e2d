"""Layers with two inputs: joins, of which one port may stay open, and comparisons."""

from __future__ import annotations

from patchgrad.layergraph import fields as f
from patchgrad.layergraph.kinds.entry import layer
from patchgrad.layergraph.rules import value_of

KINDS = (
    layer("Add", "join", "add", "The sum of what comes in: a shortcut around layers.",
          inputs=("a", "b"), optional=("a", "b")),
    layer("Multiply", "join", "multiply", "The product of what comes in: one path as the gate of another.",
          inputs=("a", "b"), optional=("a", "b")),
    layer(
        "Concat", "join", "concat", "Puts what comes in side by side along an axis.",
        f.axis("dim", 1, "the axis that grows", ctor=1),
        inputs=("a", "b"), optional=("a", "b"), summary_of=value_of("dim"),
    ),
    layer(
        "CosineSimilarity", "comparison", "cosine", "The cosine of the angle between two vectors.",
        f.axis("dim", 1, "the axis of the vectors", ctor=1), f.number("eps", 1e-8, "the least length"),
        inputs=("x1", "x2"), summary_of=value_of("dim"),
    ),
    layer(
        "PairwiseDistance", "comparison", "distance", "The distance of two vectors: the p-norm of x1 − x2.",
        f.number("p", 2.0, "the norm: 2 is the usual length", minimum=None),
        f.number("eps", 1e-6, "added to the difference"),
        f.switch("keepdim", False, "keep the last axis, of size 1"),
        inputs=("x1", "x2"), summary_of=value_of("p"),
    ),
)  # fmt: skip
