"""Calls of running reductions, differences and integrals."""

from __future__ import annotations

import patchgrad as pg

from ..case import R, case

CAST = {"complex128": "PyTorch's gradient of a cumprod that is cast to real is that of the complex one"}
SUMMED_APART = {
    "special": "PyTorch sums all and takes half of the ends away: infinity minus infinity",
    "empty": "PyTorch cuts the tape where there is nothing to add",
}

CASES = [
    *(
        case(name, R(3, 5), dim, label=str(dim))
        for name in ("cumsum", "cumprod", "cummax", "cummin", "logcumsumexp")
        for dim in (0, -1)
    ),
    case("cumprod", R(3, 5, low=-0.9, high=0.9), 1, kwargs={"dtype": pg.float64}, label="dtype", without=CAST),
    case("cumsum", R(3, 5), 1, kwargs={"dtype": pg.int32}, label="int32"),
    case("diff", R(3, 5)),
    case("diff", R(3, 5), 2, 0, label="twice"),
    case("diff", R(3, 5), kwargs={"dim": 1, "prepend": R(3, 1), "append": R(3, 2)}, label="ends"),
    case("gradient", R(4, 5)),
    case("gradient", R(4, 5), kwargs={"spacing": 0.5, "dim": 1, "edge_order": 2}, label="second"),
    case("gradient", R(4, 5), kwargs={"spacing": [0.5, 2.0], "dim": (0, 1)}, label="steps"),
    case("gradient", R(4, 5), kwargs={"spacing": (R(4, fixed=True), R(5, fixed=True))}, label="points", rtol=1e-6),
    case("gradient", R(6), kwargs={"spacing": (R(6, fixed=True),), "edge_order": 2}, label="points second", rtol=1e-6),
    *(
        case(name, R(3, 5), *more, kwargs=kwargs, label=label, without=SUMMED_APART)
        for name in ("trapezoid", "trapz", "cumulative_trapezoid")
        for more, kwargs, label in (
            ((), {}, ""),
            ((), {"dx": 0.5, "dim": 0}, "dx"),
            ((R(5),), {}, "points"),
            ((R(3, 5),), {"dim": 0}, "all points"),
        )
    ),
]
