"""Calls of functions of angles, hyperbolic functions and their inverses."""

from __future__ import annotations

from ..case import R, case

INVERSE = "asin acos atan asinh atanh arcsin arccos arctan arcsinh arctanh"

CASES = [
    *[case(name, R(3, 4)) for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "sinc", "special.sinc")],
    *[case(name, R(3, 4, low=-0.9, high=0.9)) for name in INVERSE.split()],
    *[case(name, R(3, 4, low=1.1, high=3.0)) for name in ("acosh", "arccosh")],
    *[case(name, R(3, 4), label="outside") for name in ("asin", "acos", "atanh", "acosh", "asinh", "atan")],
    case("sinc", R(3, 4, low=0.0, high=0.0), second=False, label="zero"),
    case("atan2", R(3, 4), R(4)),
    case("arctan2", R(3, 4), R(3, 4)),
]
