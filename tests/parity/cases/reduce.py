"""Calls of reductions: sums, extremes, truth, norms, statistics."""

from __future__ import annotations

import math

import patchgrad as pg

from ..case import I, R, case

X = R(3, 4)
WELFORD = {"special": "torch.mean gives an infinity where torch.var_mean gives NaN"}

CASES = [
    *(
        case(name, R(2, 3, 4), **fields)
        for name in ("sum", "mean", "nansum", "nanmean", "amax", "amin", "any", "all", "count_nonzero")
        for fields in (
            {"label": "all"},
            {"kwargs": {"dim": 1}, "label": "one"},
            {"kwargs": {"dim": (0, -1)}, "label": "two"},
        )
    ),
    *(
        case(name, R(2, 3, 4), kwargs={"dim": (0, 2), "keepdim": True}, label="kept")
        for name in ("sum", "mean", "nansum", "nanmean", "amax", "amin", "any", "all")
    ),
    *(case(name, X, kwargs={"dim": -1}, label="last") for name in ("sum", "mean", "any", "all", "argmax", "prod")),
    *(
        case(name, X, kwargs={"dim": 0, "dtype": dtype}, label=dtype.name, rtol=1e-6)
        for name in ("sum", "mean", "prod", "nansum")
        for dtype in (pg.float64, pg.float32)
    ),
    case("sum", X, kwargs={"dtype": pg.int32}, label="int32", only=("int64", "int32", "uint8", "bool", "plain")),
    case("sum", X, kwargs={"dim": ()}, label="no dims"),
    case("prod", R(3, 4, low=-1.5, high=1.5)),
    case("prod", R(3, 1)),
    case("prod", R(3, 4), kwargs={"dim": 0, "keepdim": True}, label="kept"),
    *(case(name, X) for name in ("max", "min", "argmax", "argmin", "aminmax")),
    *(
        case(name, X, kwargs={"dim": dim, "keepdim": keepdim}, label=f"{dim} {keepdim}")
        for name in ("max", "min", "argmax", "argmin", "aminmax")
        for dim, keepdim in ((0, False), (-1, True))
    ),
    case("max", X, R(4), label="two"),
    case("min", X, R(3, 1), label="two"),
    case("argmax", X, kwargs={"keepdim": True}, label="kept"),
    *(
        case(name, R(3, 5), without=WELFORD if "mean" in name else {}, **fields)
        for name in ("var", "std", "var_mean", "std_mean")
        for fields in (
            {"label": "all"},
            {"kwargs": {"dim": 1}, "label": "one"},
            {"kwargs": {"dim": (0, 1), "correction": 0, "keepdim": True}, "label": "corrected"},
            {"kwargs": {"dim": 0, "correction": 1.5}, "label": "fraction"},
            {"kwargs": {"dim": 0, "unbiased": False}, "label": "biased"},
            {"kwargs": {"unbiased": False}, "label": "all biased"},
        )
    ),
    case("var", R(3, 5), 1, False, True, label="positional"),
    case("std", R(1, 5), 0, label="one left"),
    *(
        case("norm", R(3, 4), kwargs={"p": p, **fields}, label=f"{p} {fields}")
        for p in (0, 1, 2, 3, 0.5, 1.5, -1, math.inf, -math.inf, "fro")
        for fields in ({}, {"dim": 1}, {"dim": (0, 1), "keepdim": True})
    ),
    case("norm", R(3, 4, low=0.0, high=0.5), kwargs={"p": 3, "dim": 0, "dtype": pg.float64}, label="dtype"),
    *(case("dist", R(3, 4), R(4), p, label=str(p)) for p in (2, 0, 1, 3, math.inf)),
    *(case("renorm", R(3, 4), p, 0, 1.5, label=str(p)) for p in (1, 2, 3)),
    case("logsumexp", R(3, 4), 1),
    case("logsumexp", R(3, 4), (0, 1), True, label="two"),
    case("histc", R(20), 5, -2, 2),
    case("histc", R(20), label="own range"),
    case("histogram", R(3, 7), 4, only=("plain", "float32", "strided", "empty")),
    case("histogram", R(12), 4, kwargs={"range": (-1.0, 1.5), "density": True}, label="density"),
    case("histogram", R(12), 4, kwargs={"range": (-1.0, 1.5), "weight": R(12, low=0.0)}, label="weight"),
    case("bincount", I(9, high=5)),
    case("bincount", I(9, high=5), R(9), 8, label="weights", without={"complex128": "PyTorch drops imaginary parts"}),
    case("cov", R(3, 5)),
    case("cov", R(5), label="vector"),
    case("cov", R(3, 5), kwargs={"correction": 0, "fweights": I(5, low=1, high=4)}, label="fweights"),
    case("cov", R(3, 5), kwargs={"aweights": R(5, low=0.5, fixed=True)}, label="aweights", only=("plain", "strided")),
    case("corrcoef", R(3, 5), rtol=1e-8),
]
