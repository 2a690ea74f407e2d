"""Calls of what works on bits."""

from __future__ import annotations

from ..case import R, Whole, case

CASES = [
    *[
        case(f"bitwise_{name}", R(3, 4, low=-9.0, high=9.0), R(4, low=-9.0, high=9.0))
        for name in ("and", "or", "xor", "left_shift", "right_shift")
    ],
    *[
        case(f"bitwise_{name}", Whole((3, 4), 60, -60), other, label=f"by-{other}")
        for name in ("and", "or", "xor", "left_shift", "right_shift")
        for other in (3, -1, 70)
    ],
    case("bitwise_and", R(3, 4, low=0.0, high=9.0), 300, label="wrapped"),
    case("bitwise_xor", 5, Whole((3, 4), 60, -60), label="of-number"),
    case("bitwise_not", R(3, 4, low=-9.0, high=9.0)),
]
