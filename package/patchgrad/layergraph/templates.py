"""Several layers at once, for the palette: each a fragment whose sizes follow from where it is put in."""

from __future__ import annotations

from patchgrad.layergraph.fragments import Fragment, Layer, Wire


def _chain(*layers: Layer) -> Fragment:
    return Fragment("layers", layers, tuple(Wire(at, at + 1) for at in range(len(layers) - 1)))


def _conv(channels: int) -> Layer:
    return Layer("Conv2d", settings={"out_channels": channels, "kernel_size": 3, "padding": 1})


def _linear(features: int) -> Layer:
    return Layer("Linear", settings={"out_features": features})


RESNET_BLOCK = Fragment(
    "layers",
    (
        _conv(64), Layer("BatchNorm2d"), Layer("ReLU"), _conv(64), Layer("BatchNorm2d"),
        Layer("Conv2d", settings={"out_channels": 64, "kernel_size": 1, "padding": 0}), Layer("Add"), Layer("ReLU"),
    ),
    (Wire(0, 1), Wire(1, 2), Wire(2, 3), Wire(3, 4), Wire(4, 6, input="a"), Wire(5, 6, input="b"), Wire(6, 7)),
)  # fmt: skip
TRANSFORMER_BLOCK = Fragment(
    "layers",
    (
        _linear(64), Layer("LayerNorm"), Layer("MultiheadAttention", settings={"num_heads": 4}),
        Layer("Add"), Layer("LayerNorm"), _linear(256), Layer("GELU"), _linear(64), Layer("Add"),
    ),
    (
        Wire(0, 1), Wire(1, 2, input="query"), Wire(0, 3, input="a"), Wire(2, 3, input="b"), Wire(3, 4), Wire(4, 5),
        Wire(5, 6), Wire(6, 7), Wire(3, 8, input="a"), Wire(7, 8, input="b"),
    ),
)  # fmt: skip
TWO_TOWERS = Fragment(
    "layers",
    (
        _linear(64), Layer("ReLU"), _linear(32), _linear(64), Layer("ReLU"), _linear(32), Layer("Multiply"),
    ),
    (Wire(0, 1), Wire(1, 2), Wire(3, 4), Wire(4, 5), Wire(2, 6, input="a"), Wire(5, 6, input="b")),
)  # fmt: skip
CNN = _chain(
    _conv(16), Layer("ReLU"), Layer("MaxPool2d", settings={"kernel_size": 2}),
    _conv(32), Layer("ReLU"), Layer("AdaptiveAvgPool2d", settings={"output_size": 1}), Layer("Flatten"), _linear(10),
)  # fmt: skip
MLP = _chain(Layer("Flatten"), _linear(128), Layer("ReLU"), _linear(128), Layer("ReLU"), _linear(10))

TEMPLATES: dict[str, tuple[str, Fragment]] = {
    "MLP": ("Flatten, three Linear layers with ReLU between them; the last gives 10 values.", MLP),
    "CNN": ("Two convolutions with pooling, then 10 values for each image.", CNN),
    "ResNet block": ("Two convolutions of 64 channels with batch norm, beside a 1×1 convolution.", RESNET_BLOCK),
    "Transformer block": (
        "Self-attention without a mask and two Linear layers, each beside a shortcut, 64 wide.",
        TRANSFORMER_BLOCK,
    ),
    "Two towers": ("Two small networks whose results are multiplied, for pairs.", TWO_TOWERS),
}
"""Name -> help and layers."""
