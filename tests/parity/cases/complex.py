"""Calls of what belongs to complex numbers."""

from __future__ import annotations

from ..case import R, case

CASES = [
    *[
        case(name, R(3, 4))
        for name in (
            "real",
            "imag",
            "conj",
            "conj_physical",
            "angle",
            "resolve_conj",
            "resolve_neg",
            "is_conj",
            "is_neg",
        )
    ],
    case("complex", R(3, 4), R(3, 4)),
    case("polar", R(3, 4, low=0.1), R(3, 4)),
    case("view_as_real", R(3, 4)),
    case("view_as_complex", R(3, 2), without=dict.fromkeys(("strided", "reversed"), "PyTorch gets a copy")),
]
