"""One number for each window of a sequence or an image."""

from __future__ import annotations

from patchgrad.layergraph import fields as f
from patchgrad.layergraph.kind import LayerKind
from patchgrad.layergraph.kinds.entry import layer
from patchgrad.layergraph.rules import stride_of_pool, value_of

ROUND_UP = f.switch("ceil_mode", False, "let windows hang over the edge")
DIVISOR = f.Field(
    "divisor_override", "int", None, None, minimum=1, maximum=2**24, optional=True,
    help="what the sum is divided by; empty: the points of the window",
)  # fmt: skip


def _window(axes: int) -> tuple[f.Field, f.Field]:
    return (
        f.pair("kernel_size", 2, "size of the window", count=axes),
        f.pair("stride", None, "step of the window; empty: its size", ctor=None, optional=True, count=axes),
    )


def _border(axes: int) -> f.Field:
    return f.pair("padding", 0, "border at each end", ctor=0, minimum=0, count=axes)


def _max_pool(axes: int) -> LayerKind:
    return layer(
        f"MaxPool{axes}d", "pooling", "pool", "The largest of each window.",
        *_window(axes), _border(axes),
        f.pair("dilation", 1, "distance between the points of a window", ctor=1, count=axes), ROUND_UP,
        axes=(axes + 2,), normal=stride_of_pool, summary_of=value_of("kernel_size"),
    )  # fmt: skip


def _avg_pool(axes: int) -> LayerKind:
    return layer(
        f"AvgPool{axes}d", "pooling", "pool", "The mean of each window.",
        *_window(axes), _border(axes), ROUND_UP, f.switch("count_include_pad", True, "count the zeros of the border"),
        *([DIVISOR] if axes > 1 else []),
        axes=(axes + 2,), normal=stride_of_pool, summary_of=value_of("kernel_size"),
    )  # fmt: skip


def _power_pool(axes: int) -> LayerKind:
    return layer(
        f"LPPool{axes}d", "pooling", "pool", "The p-norm of each window: between the sum and the largest.",
        f.number("norm_type", 2.0, "p: 1 is the sum", ctor=f.REQUIRED, minimum=1e-3), *_window(axes), ROUND_UP,
        axes=(axes + 2,), normal=stride_of_pool, summary_of=value_of("norm_type", "kernel_size"),
    )  # fmt: skip


def _random_pool(axes: int) -> LayerKind:
    return layer(
        f"FractionalMaxPool{axes}d", "pooling", "pool", "The largest of windows at random places.",
        f.pair("kernel_size", 2, "size of the window", count=axes),
        f.pair("output_size", 1, "points along each axis that go out", ctor=None, optional=True, count=axes),
        f.number("output_ratio", None, "instead: the part of the points that is left", maximum=0.999, optional=True),
        axes=(axes + 2,), summary_of=value_of("output_size", "output_ratio"),
    )  # fmt: skip


def _adaptive(measure: str, axes: int) -> LayerKind:
    what = {"Avg": "Means", "Max": "Largest values"}[measure]
    return layer(
        f"Adaptive{measure}Pool{axes}d", "pooling", "pool", f"{what} over as many windows as asked for.",
        f.pair("output_size", 1, "points along each axis that go out", count=axes),
        axes=(axes + 2,), summary_of=value_of("output_size"),
    )  # fmt: skip


KINDS = (
    _max_pool(2), _avg_pool(2), _adaptive("Avg", 2), _adaptive("Max", 2), _power_pool(2),
    _max_pool(1), _avg_pool(1), _adaptive("Avg", 1), _adaptive("Max", 1), _power_pool(1),
    _max_pool(3), _avg_pool(3), _adaptive("Avg", 3), _adaptive("Max", 3), _power_pool(3),
    _random_pool(2), _random_pool(3),
)  # fmt: skip
