"""Calls of comparisons, questions about numbers, logic."""

from __future__ import annotations

import math

from ..case import R, Whole, case

NAMES = "eq ne lt le gt ge not_equal less less_equal greater greater_equal logical_and logical_or logical_xor"
ORDER = {"complex128": "PyTorch has no order of complex numbers; the order of their real parts is NumPy's"}

CASES = [
    *[case(name, R(3, 4), R(4)) for name in NAMES.split()],
    *[case(name, Whole((3, 4), 3), 1, label="number") for name in ("eq", "ne", "lt", "le", "gt", "ge")],
    *[case(name, R(3, 4), 0.5, label="real") for name in ("eq", "ne", "lt", "le", "gt", "ge")],
    case("logical_not", R(3, 4)),
    *[case(name, R(3, 4)) for name in ("isnan", "isinf", "isfinite", "isposinf", "isneginf", "isreal")],
    case("isclose", R(3, 4), R(4), kwargs={"rtol": 0.5, "atol": 0.1}),
    case("isclose", R(3, 4), R(3, 4), kwargs={"equal_nan": True}, label="nan"),
    case("allclose", R(3, 4), R(4), kwargs={"atol": 2.0}),
    case("allclose", R(3, 4), R(3, 4)),
    case("equal", R(3, 4), R(3, 4)),
    case("equal", R(3, 4), R(4), label="shapes"),
    case("eq", R(3, 4), math.inf, label="inf"),
]
