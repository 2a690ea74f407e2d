"""Learned filters over sequences, images and volumes, and the way back to more points."""

from __future__ import annotations

from patchgrad.layergraph import fields as f
from patchgrad.layergraph import roles
from patchgrad.layergraph.identity import dirac
from patchgrad.layergraph.kind import LayerKind
from patchgrad.layergraph.kinds.entry import layer
from patchgrad.layergraph.rules import conv_summary, from_axis, same_as

OVER = {1: "a sequence", 2: "an image", 3: "a volume"}


def _conv(axes: int) -> LayerKind:
    return layer(
        f"Conv{axes}d", "convolution", "conv", f"Slides learned filters over {OVER[axes]}.",
        f.size("in_channels", 16, "channels that come in"),
        f.size("out_channels", 16, "filters: channels that go out"),
        f.pair("kernel_size", 3, "size of a filter", count=axes),
        f.pair("stride", 1, "step of the filter", ctor=1, count=axes),
        f.pair("padding", 1, f"zeros around {OVER[axes]}", ctor=0, minimum=0, choices=("same", "valid"), count=axes),
        f.pair("dilation", 1, "distance between the points of a filter", ctor=1, count=axes),
        f.size("groups", 1, "separate parts of the channels", ctor=1),
        f.switch("bias", True, "add a learned number to each channel"),
        followers=("in_channels",), follow=from_axis("in_channels", 1, axes + 2),
        mirror=same_as("out_channels", "in_channels"),
        axes=(axes + 2,), identity=dirac, width="out_channels", width_axis=1, roles=roles.filters,
        summary_of=conv_summary(axes),
    )  # fmt: skip


def _transposed(axes: int) -> LayerKind:
    return layer(
        f"ConvTranspose{axes}d", "convolution", "deconv", f"Spreads each point over filters: {OVER[axes]} grows.",
        f.size("in_channels", 16, "channels that come in"),
        f.size("out_channels", 16, "channels that go out"),
        f.pair("kernel_size", 4, "size of a filter", count=axes),
        f.pair("stride", 2, "distance of the points that come in: how many times as many go out", ctor=1, count=axes),
        f.pair("padding", 1, "points that are cut off at each end", ctor=0, minimum=0, count=axes),
        f.pair("output_padding", 0, "points added at the far end", ctor=0, minimum=0, count=axes),
        f.size("groups", 1, "separate parts of the channels", ctor=1),
        f.switch("bias", True, "add a learned number to each channel"),
        f.pair("dilation", 1, "distance between the points of a filter", ctor=1, count=axes),
        followers=("in_channels",), follow=from_axis("in_channels", 1, axes + 2),
        axes=(axes + 2,), width="out_channels", width_axis=1, roles=roles.spread_filters,
        summary_of=conv_summary(axes),
    )  # fmt: skip


KINDS = (_conv(2), _conv(1), _conv(3), _transposed(2), _transposed(1), _transposed(3))
