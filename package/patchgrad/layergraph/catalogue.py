"""Every kind of layer that a layer graph may hold. To add one: a layer in ``nn``, a line here.

Ports of layers with several inputs or outputs: Add and Concat take ``a`` and ``b`` (one may stay open:
it then counts as not there); MultiheadAttention takes ``query``, and ``key`` and ``value`` that follow it
where open (self-attention), and gives ``y``; LSTM gives ``y``, and the last states ``h`` and ``c``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from inspect import signature
from typing import Any

from patchgrad import nn
from patchgrad.errors import GraphError
from patchgrad.layergraph import fields as f
from patchgrad.layergraph.graph import LayerNode
from patchgrad.layergraph.identity import dirac, eye
from patchgrad.layergraph.kind import LayerKind, Settings
from patchgrad.layergraph.rules import (
    arrow,
    bias_of_norm,
    conv_summary,
    from_axis,
    groups,
    heads,
    same_as,
    shape_summary,
    stride_of_pool,
    trailing,
    value_of,
)  # fmt: skip

KINDS: dict[str, LayerKind] = {}
OWN: dict[type, LayerKind] = {}
"""Classes of the user's own, entered by ``own.py``."""


def kinds() -> Mapping[str, LayerKind]:
    """All kinds by name, in the order of the palette."""
    return KINDS


def find(name: str) -> LayerKind:
    """The kind of this name; GraphError with the nearest names if there is none."""
    try:
        return KINDS[name]
    except KeyError:
        near = [known for known in KINDS if name.lower()[:3] in known.lower()] or list(KINDS)
        raise GraphError(f"there is no layer kind {str(name)[:40]!r}", hint=f"known: {', '.join(near)}") from None


def by_class() -> Mapping[type, LayerKind]:
    """All kinds that have a class, by that class."""
    found = ((getattr(nn, entry.name, None) if entry.layer else None, entry) for entry in KINDS.values())
    return {cls: entry for cls, entry in found if cls is not None} | OWN


def inputs_of(node: LayerNode) -> tuple[str, ...]:
    """The input ports of a node: those of its kind; of a closed one, as many as its module takes."""
    return _numbered("x", node.settings["inputs"]) if node.kind == "Closed" else find(node.kind).inputs


def outputs_of(node: LayerNode) -> tuple[str, ...]:
    """The output ports of a node."""
    return _numbered("y", node.settings["outputs"]) if node.kind == "Closed" else find(node.kind).outputs


def _numbered(letter: str, count: int) -> tuple[str, ...]:
    return (letter,) if count == 1 else tuple(f"{letter}{number}" for number in range(1, count + 1))


def kind(name: str, family: str, stem: str, help: str, *fields: f.Field, **rules: Any) -> LayerKind:
    """Enter a layer of ``patchgrad.nn`` in the catalogue."""
    return _enter(LayerKind(name, family, help, stem, fields=fields, make=_maker(name), layer=f"nn.{name}", **rules))


def _enter(entry: LayerKind) -> LayerKind:
    KINDS[entry.name] = entry
    return entry


def _maker(name: str) -> Callable[..., Any]:
    """A factory for a layer of ``nn``; only layers that hold tensors are told the device."""

    def make(settings: Settings, place: Mapping[str, Any]) -> Any:
        layer = getattr(nn, name)
        return layer(**settings, **place) if takes_device(layer) else layer(**settings)

    return make


@lru_cache(maxsize=256)
def takes_device(layer: Any) -> bool:
    return "device" in signature(layer).parameters


# --- the ends -------------------------------------------------------------------------------------

DTYPES = ("float32", "float64", "float16", "int64", "int32", "uint8", "bool")

_enter(LayerKind(
    "Input", "ends", "Where a batch enters. The batch axis N comes before the shape.", "input", inputs=(),
    fields=(f.shape("shape", (64,), "sizes of one sample, without the batch axis"),
            f.choice("dtype", "float32", DTYPES, "type of the numbers")),
    summary_of=shape_summary,
))  # fmt: skip
_enter(LayerKind(
    "Output", "ends", "What the network gives.", "output", outputs=(),
    fields=(f.shape("shape", None, "sizes that one sample must have; empty: any", optional=True),),
    summary_of=shape_summary,
))  # fmt: skip

# --- linear and convolution -----------------------------------------------------------------------

kind(
    "Linear", "linear", "linear", "Affine map of the last axis: y = x Wᵀ + b.",
    f.size("in_features", 128, "size of the last axis that comes in"),
    f.size("out_features", 64, "size of the last axis that goes out"),
    f.switch("bias", True, "add a learned b"),
    followers=("in_features",), follow=from_axis("in_features", -1), mirror=same_as("out_features", "in_features"),
    identity=eye, summary_of=arrow("in_features", "out_features"),
)  # fmt: skip
kind(
    "Conv2d", "convolution", "conv", "Slides learned filters over an image.",
    f.size("in_channels", 16, "channels that come in"),
    f.size("out_channels", 16, "filters: channels that go out"),
    f.pair("kernel_size", 3, "height and width of a filter"),
    f.pair("stride", 1, "step of the filter", ctor=1),
    f.pair("padding", 1, "rows and columns of zeros around the image", ctor=0, minimum=0,
           choices=("same", "valid")),
    f.pair("dilation", 1, "distance between the points of a filter", ctor=1),
    f.size("groups", 1, "separate parts of the channels", ctor=1),
    f.switch("bias", True, "add a learned number to each channel"),
    followers=("in_channels",), follow=from_axis("in_channels", 1, 4), mirror=same_as("out_channels", "in_channels"),
    axes=(4,), identity=dirac, summary_of=conv_summary,
)  # fmt: skip
kind(
    "Embedding", "linear", "embedding", "Looks up a learned vector for each whole number.",
    f.size("num_embeddings", 256, "how many different numbers"),
    f.size("embedding_dim", 64, "size of each vector"),
    f.Field("padding_idx", "int", None, None, minimum=0, maximum=2**24, optional=True, help="a row that stays zero"),
    summary_of=arrow("num_embeddings", "embedding_dim"),
)  # fmt: skip

# --- activations ----------------------------------------------------------------------------------

kind("ReLU", "activation", "relu", "max(x, 0).")
kind(
    "LeakyReLU", "activation", "relu", "x where positive, a small slope below.",
    f.number("negative_slope", 0.01, "slope below zero", maximum=1), summary_of=value_of("negative_slope"),
)  # fmt: skip
kind(
    "GELU", "activation", "gelu", "x times the normal distribution function of x.",
    f.choice("approximate", "none", ("none", "tanh"), "exact, or the tanh formula"),
)  # fmt: skip
kind("SiLU", "activation", "silu", "x times sigmoid(x).")
kind("Tanh", "activation", "tanh", "Squashes to between −1 and 1.")
kind("Sigmoid", "activation", "sigmoid", "Squashes to between 0 and 1.")
kind("Softmax", "activation", "softmax", "Positive numbers that sum to 1 along an axis.",
     f.axis("dim", -1, "the axis that sums to 1", ctor=-1), summary_of=value_of("dim"))  # fmt: skip
kind("LogSoftmax", "activation", "softmax", "The logarithm of softmax, for losses on logarithms.",
     f.axis("dim", -1, "the axis whose exponentials sum to 1", ctor=-1), summary_of=value_of("dim"))  # fmt: skip
kind("Identity", "activation", "identity", "Gives back what it gets.")

# --- norms and dropout ----------------------------------------------------------------------------

for _number, _ranks in ((1, (2, 3)), (2, (4,))):
    kind(
        f"BatchNorm{_number}d", "norm", "norm",
        "Each channel to mean 0 and variance 1 over the batch, then scale and shift.",
        f.size("num_features", 16, "channels"),
        f.number("eps", 1e-5, "added to the variance"),
        f.number("momentum", 0.1, "share of the newest batch in the running statistics", maximum=1),
        f.switch("affine", True, "learn scale and shift"),
        f.switch("track_running_stats", True, "keep running statistics for evaluation"),
        followers=("num_features",), follow=from_axis("num_features", 1, *_ranks),
        summary_of=value_of("num_features"),
    )  # fmt: skip
kind(
    "LayerNorm", "norm", "norm", "Each sample to mean 0 and variance 1 over its last axes, then scale and shift.",
    f.shape("normalized_shape", (64,), "sizes of those last axes"),
    f.number("eps", 1e-5, "added to the variance"),
    f.switch("elementwise_affine", True, "learn scale and shift"),
    f.switch("bias", True, "learn the shift"),
    normal=bias_of_norm, followers=("normalized_shape",), follow=trailing, summary_of=value_of("normalized_shape"),
)  # fmt: skip
kind(
    "GroupNorm", "norm", "norm", "Groups of channels to mean 0 and variance 1, then scale and shift.",
    f.size("num_groups", 4, "groups of channels"),
    f.size("num_channels", 16, "channels"),
    f.number("eps", 1e-5, "added to the variance"),
    f.switch("affine", True, "learn scale and shift"),
    followers=("num_channels",), follow=from_axis("num_channels", 1), mirror=groups,
    summary_of=value_of("num_groups", "num_channels"),
)  # fmt: skip
kind("Dropout", "norm", "drop", "Sets a random part to zero while training.",
     f.number("p", 0.5, "part that is set to zero", maximum=1), summary_of=value_of("p"))  # fmt: skip

# --- shape ----------------------------------------------------------------------------------------

WINDOW = (
    f.pair("kernel_size", 2, "height and width of the window"),
    f.pair("stride", None, "step of the window; empty: its size", ctor=None, optional=True),
    f.pair("padding", 0, "border around the image", ctor=0, minimum=0),
)
ROUND_UP = f.switch("ceil_mode", False, "let windows hang over the edge")
kind(
    "MaxPool2d", "shape", "pool", "The largest of each window.",
    *WINDOW, f.pair("dilation", 1, "distance between the points of a window", ctor=1), ROUND_UP,
    axes=(4,), normal=stride_of_pool, summary_of=value_of("kernel_size"),
)  # fmt: skip
kind(
    "AvgPool2d", "shape", "pool", "The mean of each window.",
    *WINDOW, ROUND_UP, f.switch("count_include_pad", True, "count the zeros of the border"),
    axes=(4,), normal=stride_of_pool, summary_of=value_of("kernel_size"),
)  # fmt: skip
kind("AdaptiveAvgPool2d", "shape", "pool", "Means over as many windows as asked for.",
     f.pair("output_size", 1, "height and width that go out"),
     axes=(4,), summary_of=value_of("output_size"))  # fmt: skip
kind(
    "Flatten", "shape", "flatten", "Several axes into one.",
    f.axis("start_dim", 1, "first axis", ctor=1), f.axis("end_dim", -1, "last axis", ctor=-1),
)  # fmt: skip

kind(
    "Unflatten", "shape", "unflatten", "One axis into several.",
    f.axis("dim", 1, "the axis that is split"),
    f.Field("unflattened_size", "shape", (1, -1), minimum=-1, maximum=2**24, help="the sizes; -1: the rest"),
    summary_of=value_of("unflattened_size"),
)  # fmt: skip

# --- joins ----------------------------------------------------------------------------------------

kind(
    "Add", "join", "add", "The sum of what comes in: a shortcut around layers.", inputs=("a", "b"), optional=("a", "b")
)
kind(
    "Concat", "join", "concat", "Puts what comes in side by side along an axis.",
    f.axis("dim", 1, "the axis that grows", ctor=1),
    inputs=("a", "b"), optional=("a", "b"), summary_of=value_of("dim"),
)  # fmt: skip

# --- sequences ------------------------------------------------------------------------------------

kind(
    "MultiheadAttention", "sequence", "attention", "Each position gathers from the others what its heads look for.",
    f.size("embed_dim", 64, "size of the vectors"),
    f.size("num_heads", 4, "heads; must divide the size"),
    f.number("dropout", 0.0, "part of the attention set to zero while training", maximum=1),
    f.switch("bias", True, "learned offsets"),
    f.switch("batch_first", True, "the batch is the first axis", ctor=False),
    inputs=("query", "key", "value"), optional=("key", "value"),
    axes=(3,), followers=("embed_dim",), follow=from_axis("embed_dim", -1, 3, port="query"), mirror=heads,
    ins=lambda values: (values[0], _or(values[1], values[0]), _or(values[2], _or(values[1], values[0]))),
    outs=lambda result: (result[0],), blocks=lambda name: 3 if name.startswith("in_proj") else 1,
    call="{y}, _ = {self}({query}, {key}, {value})",
    summary_of=lambda s: f"{s['embed_dim']}, {s['num_heads']} heads",
)  # fmt: skip
kind(
    "LSTM", "sequence", "lstm", "Reads a sequence step by step with a memory.",
    f.size("input_size", 64, "size of the vectors that come in"),
    f.size("hidden_size", 64, "size of the state"),
    f.size("num_layers", 1, "LSTMs on top of each other", ctor=1),
    f.switch("bias", True, "learned offsets"),
    f.switch("batch_first", True, "the batch is the first axis", ctor=False),
    f.number("dropout", 0.0, "part set to zero between layers while training", maximum=1),
    f.switch("bidirectional", False, "read from both ends"),
    outputs=("y", "h", "c"), axes=(3,), followers=("input_size",), follow=from_axis("input_size", -1, 3),
    mirror=same_as("hidden_size", "input_size"),
    outs=lambda result: (result[0], *result[1]), blocks=lambda name: 4,
    call="{y}, ({h}, {c}) = {self}({x})",
    summary_of=arrow("input_size", "hidden_size"),
)  # fmt: skip

# --- modules of the user's own --------------------------------------------------------------------

CLOSED = _enter(LayerKind(
    "Closed", "own", "A module of your own whose inside is not drawn.", "block",
    fields=(f.Field("module", "text", "", help="its class"), f.size("inputs", 1), f.size("outputs", 1)),
    addable=False, summary_of=value_of("module"), outs=lambda y: tuple(y) if isinstance(y, (tuple, list)) else (y,),
))  # fmt: skip


def _or(value: Any, other: Any) -> Any:
    return other if value is None else value
