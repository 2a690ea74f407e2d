"""Calls that pick and place by index or mask."""

from __future__ import annotations

from ..case import B, I, R, case

X = R(4, 5)
TORN = {"empty": "the index means places that are gone"}
WAYS = ("sum", "prod", "mean", "amax", "amin")
WHOLE_MEANS = {"uint8": "PyTorch counts in uint8"}
PLACES = (I(6, high=4), I(6, high=5))

CASES = [
    case("gather", X, 1, I(4, 3, high=5)),
    case("gather", X, 0, I(6, 5, high=4), label="longer"),
    case("gather", X, -1, I(2, 3, high=5), label="part"),
    case("take_along_dim", X, I(4, 2, high=5), 1),
    case("take_along_dim", X, I(1, 2, high=5), 1, label="broadcast"),
    case("take_along_dim", X, I(7, high=20), label="flat"),
    case("scatter", R(3, 5), 0, I(1, 5, high=3), R(1, 5)),
    case("scatter", R(3, 5), 1, I(3, 1, high=5), R(3, 2), label="part"),
    case("scatter", R(3, 5), 1, I(3, 2, high=5), 1.5, label="number"),
    case("scatter", R(3, 5), 1, I(3, 2, high=5), kwargs={"value": 2}, label="value"),
    *(
        case("scatter", R(3, 5), 1, I(3, 4, high=5), R(3, 4), kwargs={"reduce": reduce}, label=reduce, only=ONLY)
        for reduce in ("add", "multiply")
        for ONLY in (("float32", "int64", "int32", "special"),)
    ),
    case("scatter_add", R(3, 5), 0, I(4, 5, high=3), R(4, 5)),
    case("scatter_add", R(3, 5), 1, I(2, 3, high=5), R(3, 4), label="part"),
    *(
        case(
            "scatter_reduce",
            R(3, 5),
            1,
            I(3, 4, high=3),
            R(3, 4),
            reduce,
            kwargs={"include_self": include},
            label=f"{reduce} {include}",
        )
        for reduce in WAYS
        for include in (True, False)
    ),
    *(
        case("index_reduce", R(4, 3), 0, I(6, high=3), R(6, 3), reduce, kwargs={"include_self": include}, label=reduce)
        for reduce in ("prod", "mean", "amax", "amin")
        for include in (True, False)
    ),
    case("index_select", X, 1, I(7, high=5)),
    case("index_select", X, 0, I(7, high=4), label="first"),
    case("index_add", X, 1, I(7, high=5), R(4, 7)),
    case("index_add", X, 0, I(2, high=4), R(2, 5), kwargs={"alpha": 2}, label="scaled"),
    case("index_copy", X, 0, I(1, high=4), R(1, 5)),
    case("index_fill", X, 1, I(3, high=5), 0.5),
    case("index_fill", X, 0, I(2, high=4), 3, label="first"),
    case("index_put", X, (I(1, high=4), I(1, high=5)), R(1)),
    case("index_put", X, PLACES, R(6), True, label="added"),
    case("index_put", X, (I(6, high=4),), R(6, 5), kwargs={"accumulate": True}, label="rows"),
    case("index_put", X, (B(4, 5),), R(), label="mask"),
    case("masked_fill", X, B(5), 1.5),
    case("masked_fill", X, B(4, 1), R(), label="tensor"),
    case("masked_select", X, B(4, 5)),
    case("masked_select", R(4, 1), B(5), label="broadcast"),
    case("masked_scatter", X, B(4, 5), R(5, 4)),
    case("take", X, I(2, 3, high=20)),
    case("take", X, I(3, high=20, low=-20), label="from the end"),
    case("Tensor.put", X, I(1, high=20), R(1)),
    case("Tensor.put", X, I(2, 3, high=20), R(2, 3), True, label="added"),
    case("select_scatter", X, R(5), 0, -1),
    case("slice_scatter", X, R(4, 2), 1, 1, 5, 2),
    case("slice_scatter", X, R(2, 5), kwargs={"start": 2}, label="first"),
]
