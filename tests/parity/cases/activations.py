"""Calls of activations, as functions of ``nn.functional`` and at the top where PyTorch has them."""

from __future__ import annotations

from ..case import R, case

PLAIN = [
    "relu", "relu6", "leaky_relu", "elu", "selu", "celu", "logsigmoid", "silu", "mish", "gelu", "softplus", "hardtanh",
    "hardsigmoid", "hardswish", "softsign", "tanhshrink", "softshrink", "hardshrink", "sigmoid", "tanh",
]  # fmt: skip
SETTINGS = {
    "leaky_relu": [{"negative_slope": 0.3}, {"negative_slope": -0.2}],
    "elu": [{"alpha": 0.5}, {"alpha": 2.0}],
    "celu": [{"alpha": 0.5}],
    "gelu": [{"approximate": "tanh"}],
    "softplus": [{"beta": 2.0}, {"beta": 3.0, "threshold": 1.0}],
    "hardtanh": [{"min_val": -0.4, "max_val": 0.7}],
    "softshrink": [{"lambd": 0.2}, {"lambd": 0.0}],
    "hardshrink": [{"lambd": 0.2}, {"lambd": 0.0}],
    "threshold": [{"threshold": 0.3, "value": -5.0}],
    "glu": [{"dim": 0}, {"dim": -1}],
    "softmax": [{"dim": 0}, {"dim": -1}],
    "softmin": [{"dim": 0}],
    "log_softmax": [{"dim": 0}, {"dim": -1}],
}


def label(settings: dict[str, object]) -> str:
    return ",".join(f"{key}={value}" for key, value in settings.items())


CASES = [
    *[case(f"nn.functional.{name}", R(4, 6)) for name in PLAIN],
    *[case(f"nn.functional.{name}", R(4, 6, low=-60.0, high=60.0), label="far") for name in PLAIN],
    *[
        case(f"nn.functional.{name}", R(4, 6), kwargs=settings, label=label(settings))
        for name, choices in SETTINGS.items()
        for settings in choices
    ],
    *[case(name, R(4, 6)) for name in ("relu", "selu", "celu", "sigmoid", "hardshrink", "tanh")],
    case("threshold", R(4, 6), 0.1, 2.0),
    case("prelu", R(4, 3), R(3)),
    case("nn.functional.prelu", R(2, 3, 4), R(1), label="one"),
    case("nn.functional.prelu", R(2, 3, 4), R(3), label="channels"),
    case("softmax", R(4, 6), 1),
    case("log_softmax", R(2, 3, 4), 1),
    case("logsumexp", R(2, 3, 4), 1),
    case("nn.functional.normalize", R(4, 6)),
]
