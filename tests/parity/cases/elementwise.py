"""Calls of arithmetic: sums, products, quotients, remainders."""

from __future__ import annotations

from ..case import R, Whole, case

CASES = [
    case("add", R(3, 4), R(4)),
    case("add", R(3, 4), 2.5, label="number"),
    case("add", R(3, 4), 2, label="whole"),
    case("add", R(3, 4), R(3, 4), kwargs={"alpha": 3}, label="alpha"),
    case("add", R(3, 4), R(3, 1), kwargs={"alpha": -1.5}, label="alpha-real"),
    case("sub", R(3, 4), R(3, 1)),
    case("sub", R(3, 4), 2, label="number"),
    case("subtract", R(3, 4), R(4), kwargs={"alpha": 2}),
    case("rsub", R(3, 4), R(4)),
    case("rsub", R(3, 4), 2, kwargs={"alpha": 2}, label="number"),
    case("mul", R(3, 4), R(3, 1)),
    case("mul", R(3, 4), -3, label="number"),
    case("multiply", R(3, 4), 1.5),
    case("div", R(3, 4), R(3, 1)),
    case("div", R(3, 4), 0.3, label="number"),
    case("divide", R(3, 4), R(4), kwargs={"rounding_mode": None}),
    case("true_divide", R(3, 4), R(4)),
    *[
        case("div", R(3, 4), other, kwargs={"rounding_mode": mode}, label=f"{mode}-{name}")
        for mode in ("floor", "trunc")
        for name, other in {"tensor": R(4, low=1.1), "negative": R(4, low=-3.0, high=-1.1), "number": 2}.items()
    ],
    case("div", R(3, 4), -1.5, kwargs={"rounding_mode": "trunc"}, label="trunc-real"),
    *[
        case(name, R(3, 4, low=-9.0, high=9.0), other, label=label)
        for name in ("floor_divide", "remainder", "fmod")
        for label, other in {
            "tensor": R(4, low=1.1, high=3.0),
            "negative": R(4, low=-3.0, high=-1.1),
            "number": 2,
            "real": -1.5,
            "zeros": R(3, 4, low=-0.9, high=0.9),
        }.items()
    ],
    case("remainder", 7, R(3, 4, low=1.1, high=3.0), label="of-number"),
    case("neg", R(3, 4)),
    case("negative", R(3, 4)),
    case("positive", R(3, 4)),
    case("gcd", Whole((3, 4), 40, -40), Whole((4,), 40, -40)),
    case("lcm", Whole((3, 4), 40, -40), Whole((4,), 40, -40)),
    case("gcd", R(3, 4, low=-9.0, high=9.0), R(4, low=-9.0, high=9.0), label="dtypes"),
    case("lcm", R(3, 4, low=-9.0, high=9.0), R(4, low=-9.0, high=9.0), label="dtypes"),
    case("addcmul", R(3, 4), R(3, 1), R(4), kwargs={"value": 2}),
    case(
        "addcmul",
        R(3, 4),
        R(3, 1),
        R(4),
        kwargs={"value": 0.5},
        without=dict.fromkeys(("int64", "int32", "uint8"), "PyTorch makes 0 of a value of 0.5"),
        label="real",
    ),
    case("addcdiv", R(3, 4), R(3, 1), R(4, low=1.0), kwargs={"value": 2}),
    case("lerp", R(3, 4), R(3, 4), R(3, 1), label="tensor"),
    case("lerp", R(3, 4), R(4), 0.3),
]
