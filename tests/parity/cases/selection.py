"""Calls that choose one of several numbers."""

from __future__ import annotations

from ..case import B, R, case

CASES = [
    *[case(name, R(3, 4), R(4)) for name in ("maximum", "minimum", "fmax", "fmin")],
    *[case(name, R(3, 4), R(4, low=0.0, high=0.0), label="ties") for name in ("maximum", "minimum", "fmax", "fmin")],
    case("clamp", R(3, 4), -1, 1),
    case("clamp", R(3, 4), 0.5, 1.5, label="real"),
    case("clamp", R(3, 4), 1, -1, label="crossed"),
    case("clamp", R(3, 4), kwargs={"max": 0.5}, label="max"),
    case("clamp", R(3, 4), kwargs={"min": -1}, label="min"),
    case("clamp", R(3, 4), R(4), R(3, 1), label="tensors"),
    case("clamp", R(3, 4), kwargs={"min": R(4)}, label="min-tensor"),
    case("clip", R(3, 4), kwargs={"min": 0}),
    case("clamp_min", R(3, 4), 0.5),
    case("clamp_min", R(3, 4), R(4), label="tensor"),
    case("clamp_max", R(3, 4), 1),
    case("clamp_max", R(3, 4), R(4), label="tensor"),
    case("where", B(3, 4), R(3, 4), R(4)),
    case("where", B(3, 4), R(3, 4), 2, label="number"),
    case("where", B(3, 4), 2.5, R(4), label="number-first"),
    case("where", B(3, 4), 2, 3.5, label="numbers"),
    case("where", B(3, 4), label="places"),
    case("nan_to_num", R(3, 4)),
    case("nan_to_num", R(3, 4), kwargs={"nan": 1.5, "posinf": 7.0, "neginf": -3.0}, label="numbers"),
]
