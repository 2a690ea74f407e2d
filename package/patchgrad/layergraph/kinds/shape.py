"""Layers that rearrange or repeat numbers: other axes, more points, wider borders."""

from __future__ import annotations

from patchgrad.layergraph import fields as f
from patchgrad.layergraph.kind import LayerKind, Settings
from patchgrad.layergraph.kinds.entry import layer
from patchgrad.layergraph.rules import value_of

TARGET = (
    f.pair("size", None, "points along each axis that go out; empty: given by scale_factor", ctor=None, optional=True,
           count=0),
    f.number("scale_factor", 2.0, "how many times as many points along each axis; empty: given by size", ctor=None,
             optional=True),
)  # fmt: skip
MODES = ("nearest", "linear", "bilinear", "bicubic", "trilinear")


def _upsample(name: str, help: str, *fields: f.Field, axes: tuple[int, ...] = (4,)) -> LayerKind:
    return layer(name, "shape", "upsample", help, *TARGET, *fields, axes=axes, summary_of=_target)


def _target(settings: Settings) -> str:
    size, factor = settings["size"], settings["scale_factor"]
    return f"× {factor:g}" if size is None and factor is not None else value_of("size")(settings)


def _pad(mode: str, axes: int, help: str) -> LayerKind:
    least = -(2**16) if mode in ("Constant", "Zero") else 0
    value = f.number("value", 0.0, "what stands there", ctor=f.REQUIRED, minimum=None)
    return layer(
        f"{mode}Pad{axes}d", "padding", "pad", help,
        f.pair("padding", 1, "points added: one number, or before and after for each axis, the last axis first",
               minimum=least, count=2 * axes),
        *([value] if mode == "Constant" else []), axes=(axes + 1, axes + 2), summary_of=value_of("padding"),
    )  # fmt: skip


PADS = {
    "Zero": "Zeros at the ends",
    "Constant": "One value at the ends",
    "Reflection": "Mirrors what is inside at the ends",
    "Replication": "Repeats the outermost points at the ends",
    "Circular": "Goes on with the other end, as on a ring",
}
OVER = {1: "a sequence", 2: "an image", 3: "a volume"}

SHAPE = (
    layer(
        "Flatten", "shape", "flatten", "Several axes into one.",
        f.axis("start_dim", 1, "first axis", ctor=1), f.axis("end_dim", -1, "last axis", ctor=-1),
    ),
    layer(
        "Unflatten", "shape", "unflatten", "One axis into several.",
        f.axis("dim", 1, "the axis that is split"),
        f.Field("unflattened_size", "shape", (1, -1), minimum=-1, maximum=2**24, help="the sizes; -1: the rest"),
        summary_of=value_of("unflattened_size"),
    ),
    _upsample(
        "Upsample", "More points: copies of the nearest, or smooth between them.",
        f.choice("mode", "nearest", MODES, "how a point is made of those around it"),
        f.Field("align_corners", "bool", None, None, optional=True, help="the first and last points stay in place"),
        f.Field("recompute_scale_factor", "bool", None, None, optional=True, help="the factor that the sizes give"),
        axes=(3, 4, 5),
    ),
    _upsample("UpsamplingNearest2d", "An image with more points, each a copy of the nearest."),
    _upsample("UpsamplingBilinear2d", "An image with more points, in straight lines between them."),
    layer(
        "Unfold", "shape", "unfold", "Every window of an image as a column.",
        f.pair("kernel_size", 2, "size of the window"), f.pair("dilation", 1, "distance between its points", ctor=1),
        f.pair("padding", 0, "zeros at each end", ctor=0, minimum=0), f.pair("stride", 1, "step of the window", ctor=1),
        axes=(4,), summary_of=value_of("kernel_size"),
    ),
    layer(
        "Fold", "shape", "unfold", "Columns summed into the windows of an image that they came from.",
        f.pair("output_size", 8, "height and width of the image"),
        f.pair("kernel_size", 2, "size of the window"), f.pair("dilation", 1, "distance between its points", ctor=1),
        f.pair("padding", 0, "zeros at each end", ctor=0, minimum=0), f.pair("stride", 1, "step of the window", ctor=1),
        axes=(3,), summary_of=value_of("output_size"),
    ),
    layer("PixelShuffle", "shape", "shuffle", "Channels become points: an image of more points and fewer channels.",
          f.size("upscale_factor", 2, "how many times as many points along each axis"),
          axes=(4,), summary_of=value_of("upscale_factor")),
    layer("PixelUnshuffle", "shape", "shuffle", "Points become channels: an image of fewer points and more channels.",
          f.size("downscale_factor", 2, "how many times fewer points along each axis"),
          axes=(4,), summary_of=value_of("downscale_factor")),
    layer("ChannelShuffle", "shape", "shuffle", "Deals out the channels of each group to all groups.",
          f.size("groups", 2, "groups of channels"), axes=(3, 4, 5), summary_of=value_of("groups")),
)  # fmt: skip
KINDS = (*SHAPE, *(_pad(mode, axes, f"{text} of {OVER[axes]}.") for mode, text in PADS.items() for axes in (2, 1, 3)))
