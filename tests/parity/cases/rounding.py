"""Calls of rounding and signs."""

from __future__ import annotations

from ..case import R, case

CASES = [
    *[case(name, R(3, 4)) for name in ("abs", "absolute", "sign", "sgn", "signbit", "floor", "ceil", "trunc", "fix")],
    case("frac", R(3, 4)),
    case("round", R(3, 4)),
    case("round", R(3, 4), kwargs={"decimals": 2}, label="decimals"),
    case("round", R(3, 4, low=-500.0, high=500.0), kwargs={"decimals": -2}, label="tens"),
    case("deg2rad", R(3, 4)),
    case("rad2deg", R(3, 4)),
    case("copysign", R(3, 4), R(4)),
    case("copysign", R(3, 4), -2, label="number"),
    case("nextafter", R(3, 4), R(4)),
    case("heaviside", R(3, 4), R(4)),
]
