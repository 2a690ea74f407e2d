"""Calls of functions of one or two numbers, element by element."""

from __future__ import annotations

from ..case import R, case

CASES = [
    case("exp", R(3, 4), only=("plain", "float32", "transposed", "int64", "special")),
]
