"""Calls that sort, search, and pick by rank."""

from __future__ import annotations

from ..case import I, R, case


def values(found):
    """Which of equal elements is named is left open."""
    return found[0]


X = R(3, 7)
DISTINCT = ("plain", "float32", "transposed", "strided", "reversed", "empty", "0-d")
NAN_IN_MODE = {"special": "NaN equals nothing: how often it occurs is open"}

CASES = [
    *(
        case(name, X, *more, **fields)
        for more, label in (((), ""), ((0,), "first"), ((1, True), "descending"))
        for name, fields in (
            ("sort", {"label": label, "choose": values}),
            ("sort", {"label": f"{label} places", "only": DISTINCT}),
            ("argsort", {"label": label, "only": DISTINCT}),
        )
    ),
    case("sort", X, kwargs={"dim": 0, "stable": True}, label="stable"),
    case("sort", X, kwargs={"dim": 1, "stable": True, "descending": True}, label="stable descending"),
    case("argsort", X, kwargs={"dim": -1, "stable": True}, label="stable"),
    case("msort", X),
    case("topk", X, 3, choose=values),
    case("topk", X, 2, only=DISTINCT, label="places"),
    case("topk", X, 2, 0, False, label="smallest", choose=values),
    case("kthvalue", X, 3, choose=values),
    case("kthvalue", X, 2, 0, True, label="kept", choose=values),
    case("kthvalue", X, 2, 0, label="places", only=DISTINCT),
    *(case(name, R(3, 6)) for name in ("median", "nanmedian")),
    *(
        case(name, X, dim, keepdim, label=f"{dim}", choose=values, without=NAN_IN_MODE if name == "mode" else {})
        for name in ("median", "nanmedian", "mode")
        for dim, keepdim in ((1, False), (0, True))
    ),
    *(case(name, X, 1, label="places", only=DISTINCT) for name in ("median", "nanmedian")),
    case("mode", R(4, 9, low=0.0, high=3.9), 1, only=("int64", "int32", "uint8"), label="ties"),
    *(
        case(name, R(4, 5), q, label=f"{label} {way}", kwargs={"dim": dim, "keepdim": keepdim, "interpolation": way})
        for name in ("quantile", "nanquantile")
        for q, label, dim, keepdim in (
            (0.3, "all", None, False),
            (0.62, "kept", 1, True),
            (R(3, low=0.0, high=1.0), "several", 0, False),
        )
        for way in ("linear", "lower", "higher", "nearest", "midpoint")
    ),
    case("searchsorted", R(3, 6), R(3, 4), label="rows"),
    case("searchsorted", R(3, 6), R(3, 4), kwargs={"right": True, "out_int32": True}, label="rows right"),
    case("searchsorted", R(6), R(3, 4), kwargs={"side": "right"}, label="right"),
    case("searchsorted", R(6), 0.5, label="number", only=("plain", "float32", "strided", "special")),
    case("bucketize", R(3, 4), R(5)),
    case("bucketize", R(3, 4), R(5), kwargs={"right": True}, label="right"),
    case("isin", R(3, 4), R(6)),
    case(
        "isin",
        R(3, 4, high=5.0),
        I(6, high=3),
        kwargs={"invert": True},
        label="not",
        without={
            "complex128": "PyTorch has no complex isin",
        },
    ),
    case("isin", R(3, 4), 1, label="number"),
    case("nonzero", R(3, 4)),
    case("nonzero", R(3, 4), kwargs={"as_tuple": True}, label="tuple"),
    case("argwhere", R(3, 4)),
    case("unique", R(3, 4, low=-3.0, high=3.0)),
    case("unique", R(3, 4), kwargs={"return_inverse": True, "return_counts": True}, label="all"),
    case("unique", I(4, 3, high=2), kwargs={"dim": 0, "return_inverse": True, "return_counts": True}, label="rows"),
    case("unique", I(3, 5, high=2), kwargs={"dim": 1}, label="columns"),
    case("unique_consecutive", R(3, 4)),
    case(
        "unique_consecutive",
        I(12, high=2),
        kwargs={"return_inverse": True, "return_counts": True},
        label="all",
    ),
    case("unique_consecutive", I(6, 2, high=2), kwargs={"dim": 0, "return_counts": True}, label="rows"),
]
