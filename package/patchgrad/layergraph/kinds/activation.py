"""Functions of each number, or of the numbers along one axis, that learn little or nothing."""

from __future__ import annotations

from typing import Any

from patchgrad.layergraph import fields as f
from patchgrad.layergraph.kind import LayerKind
from patchgrad.layergraph.kinds.entry import layer
from patchgrad.layergraph.rules import value_of


def _activation(name: str, stem: str, help: str, *fields: f.Field, **rules: Any) -> LayerKind:
    """An activation; its settings are its summary."""
    shown = {"summary_of": value_of(*(field.name for field in fields))} if fields else {}
    return layer(name, "activation", stem, help, *fields, **{**shown, **rules})


KINDS = (
    _activation("ReLU", "relu", "max(x, 0)."),
    _activation("LeakyReLU", "relu", "x where positive, a small slope below.",
                f.number("negative_slope", 0.01, "slope below zero", maximum=1)),
    _activation("GELU", "gelu", "x times the normal distribution function of x.",
                f.choice("approximate", "none", ("none", "tanh"), "exact, or the tanh formula"), summary_of=None),
    _activation("SiLU", "silu", "x times sigmoid(x)."),
    _activation("Tanh", "tanh", "Squashes to between −1 and 1."),
    _activation("Sigmoid", "sigmoid", "Squashes to between 0 and 1."),
    _activation("Softmax", "softmax", "Positive numbers that sum to 1 along an axis.",
                f.axis("dim", -1, "the axis that sums to 1", ctor=-1)),
    _activation("LogSoftmax", "softmax", "The logarithm of softmax, for losses on logarithms.",
                f.axis("dim", -1, "the axis whose exponentials sum to 1", ctor=-1)),
    _activation("Identity", "identity", "Gives back what it gets."),
    _activation("PReLU", "relu", "x where positive, a learned slope below.",
                f.size("num_parameters", 1, "slopes: 1, or one for each channel", ctor=1),
                f.number("init", 0.25, "slope at the start", minimum=None)),
    _activation("RReLU", "relu", "x where positive, a random slope below while training.",
                f.number("lower", 1 / 8, "least slope"), f.number("upper", 1 / 3, "largest slope")),
    _activation("ReLU6", "relu", "x held between 0 and 6."),
    _activation("ELU", "elu", "x where positive, α (eˣ − 1) below.",
                f.number("alpha", 1.0, "what it nears far below zero", minimum=None)),
    _activation("CELU", "elu", "ELU with a slope that does not jump at zero.",
                f.number("alpha", 1.0, "what it nears far below zero", minimum=None)),
    _activation("SELU", "selu", "ELU scaled so that mean 0 and variance 1 come back layer by layer."),
    _activation("GLU", "glu", "Half of an axis, gated by the sigmoid of the other half.",
                f.axis("dim", -1, "the axis that is halved", ctor=-1)),
    _activation("Mish", "mish", "x times tanh(softplus(x))."),
    _activation("Softplus", "softplus", "A smooth max(x, 0): log(1 + eˣ).",
                f.number("beta", 1.0, "how sharp the bend is", minimum=None),
                f.number("threshold", 20.0, "beyond this times 1/beta it is x", minimum=None), summary_of=None),
    _activation("Softsign", "softsign", "x / (1 + |x|)."),
    _activation("LogSigmoid", "sigmoid", "The logarithm of the sigmoid."),
    _activation("Hardsigmoid", "sigmoid", "A sigmoid of three straight lines."),
    _activation("Hardswish", "silu", "x times hardsigmoid(x)."),
    _activation("Hardtanh", "tanh", "x held between two limits.",
                f.number("min_val", -1.0, "lower limit", minimum=None),
                f.number("max_val", 1.0, "upper limit", minimum=None)),
    _activation("Tanhshrink", "shrink", "x − tanh(x)."),
    _activation("Softshrink", "shrink", "Draws x towards zero by λ, and to zero within it.",
                f.number("lambd", 0.5, "λ")),
    _activation("Hardshrink", "shrink", "x, but zero within ±λ.", f.number("lambd", 0.5, "λ", minimum=None)),
    _activation("Threshold", "threshold", "x above a threshold, a fixed value below.",
                f.number("threshold", 0.0, "the threshold", ctor=f.REQUIRED, minimum=None),
                f.number("value", 0.0, "what stands below", ctor=f.REQUIRED, minimum=None)),
    _activation("Softmin", "softmax", "Softmax of −x: the smallest gets the most.",
                f.axis("dim", -1, "the axis that sums to 1", ctor=-1)),
    _activation("Softmax2d", "softmax", "Softmax over the channels at each point of an image.", axes=(4,)),
)  # fmt: skip
