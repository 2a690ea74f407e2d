"""Calls of powers, roots, exponentials, logarithms, and of the entropies made of them."""

from __future__ import annotations

from ..case import I, R, Whole, case

CASES = [
    *[case(name, R(3, 4)) for name in ("exp", "exp2", "expm1", "square", "reciprocal")],
    *[case(name, R(3, 4, low=0.1, high=3.0)) for name in ("log", "log2", "log10", "log1p", "sqrt", "rsqrt")],
    *[case(name, R(3, 4), label="negative") for name in ("log", "sqrt", "rsqrt", "log1p")],
    case("pow", R(3, 4), R(4)),
    case("pow", R(3, 4, low=0.1), R(4), label="positive"),
    case("pow", R(3, 4), I(4, high=4), label="whole"),
    case("pow", Whole((3, 4), 4, -4), I(4, high=4, low=-3), label="whole-negative"),
    *[case("pow", R(3, 4), exponent, label=str(exponent)) for exponent in (0, 1, 2, 3, -1, 0.5, -0.5, 2.5)],
    *[case("pow", base, R(3, 4), label=f"of-{base}") for base in (2, 2.5, 1)],
    case("pow", 0, R(3, 4), second=False, without={"complex128": "NaN in PyTorch also where it is 0"}, label="of-0"),
    case("float_power", R(3, 4), 2),
    case("float_power", R(3, 4, low=0.1), R(4), label="tensor"),
    case("float_power", 2, R(4), label="of-number"),
    case("ldexp", R(3, 4), I(4, high=5)),
    case("ldexp", R(3, 4), R(4), label="real"),
    case("frexp", R(3, 4)),
    case("hypot", R(3, 4), R(4)),
    case("logaddexp", R(3, 4), R(4)),
    case("logaddexp", R(3, 4), R(3, 4), label="same-shape"),
    case("logaddexp2", R(3, 4), R(3, 4)),
    case("xlogy", R(3, 4), R(4, low=0.1)),
    case("xlogy", R(3, 4), R(3, 4), label="negative"),
    case("xlogy", R(3, 4), 2.5, label="number"),
    case("xlogy", 2, R(3, 4, low=0.1), label="of-number"),
    case("special.xlogy", R(3, 4), R(4, low=0.1)),
    case("special.xlog1py", R(3, 4), R(4, low=-0.9)),
    case("special.xlog1py", R(3, 4), 1.5, label="number"),
    case("special.entr", R(3, 4, low=0.1)),
    case("special.entr", R(3, 4), label="negative", only=("float32", "int64", "special", "bool", "uint8")),
    case("logit", R(3, 4, low=0.1, high=0.9)),
    case("logit", R(3, 4), kwargs={"eps": 0.2}, label="eps"),
    case("logit", R(3, 4), label="outside"),
    *[case(f"special.{name}", R(3, 4, low=0.1, high=0.9)) for name in ("exp2", "expm1", "log1p", "logit", "expit")],
    case("special.round", R(3, 4), kwargs={"decimals": 1}),
]
