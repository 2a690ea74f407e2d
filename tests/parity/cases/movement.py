"""Calls that move numbers: shapes, orders of axes, joining, taking apart, repeating, padding, diagonals."""

from __future__ import annotations

import patchgrad as pg

from ..case import B, I, R, case

X = R(2, 3, 4)
M = R(3, 4)
CUT = {"empty": "a first axis of size 0 cannot be cut at these places"}

SHAPES = [
    *(case(name, X, (4, 6)) for name in ("reshape", "Tensor.reshape")),
    case("reshape", X, (-1, 2), label="free"),
    case("Tensor.view", X, (6, -1), only=("plain", "float32", "int64", "bool", "complex128", "special")),
    case("Tensor.view", X, 3, -1, label="numbers", only=("plain", "float32", "int64", "bool", "complex128")),
    case("Tensor.view", R(3, 4), pg.int64, label="dtype", only=("plain", "special")),
    case("Tensor.view", R(3, 4), pg.int32, label="narrower", only=("plain", "int64", "special")),
    case("Tensor.view", R(3, 4), pg.float64, label="wider", only=("float32", "int32")),
    case("Tensor.view_as", R(3, 4), R(2, 6), only=("plain", "float32", "int64")),
    case("Tensor.reshape_as", M, R(2, 6)),
    case("flatten", X),
    case("flatten", X, 1, 2, label="part"),
    case("flatten", X, -2, label="end"),
    case("ravel", X),
    case("unflatten", X, -1, (2, -1)),
    case("unflatten", R(6, 2), 0, (2, 3), label="first"),
    *(case("squeeze", R(1, 3, 1, 2), *more, label=str(more)) for more in ((), (0,), (1,), ((0, 2),), (-2,))),
    *(case("unsqueeze", M, dim, label=str(dim)) for dim in (0, 1, -1)),
    case("permute", X, (2, 0, -2)),
    case("Tensor.permute", X, 2, 0, 1),
    *(case(name, X, 0, -1) for name in ("transpose", "swapaxes", "swapdims", "movedim", "moveaxis")),
    case("transpose", M, 0, 0, label="itself"),
    case("movedim", X, (0, 2), (1, 0), label="two"),
    case("t", M),
    case("t", R(3), label="vector"),
    case("adjoint", X),
    case("Tensor.expand", R(1, 3, 1), 2, 3, 4),
    case("Tensor.expand", R(3, 1), (2, -1, 4), label="kept"),
    case("Tensor.expand_as", R(3, 1), R(2, 3, 4)),
    case("broadcast_to", R(3, 1), (2, 3, 4)),
    case("broadcast_tensors", R(3, 1), R(2, 1, 4)),
    case("broadcast_shapes", (3, 1), (2, 1, 4), only=("plain",)),
    *(
        case(name, R(*shape), label=str(shape))
        for name in ("atleast_1d", "atleast_2d", "atleast_3d")
        for shape in ((), (3,), (2, 3), (2, 3, 2))
    ),
    case("atleast_2d", R(3), R(2, 2), label="two"),
]
JOINING = [
    *(
        case(name, [R(2, 3), R(2, 3)], *more, label=str(more))
        for name in ("cat", "concat", "concatenate", "stack")
        for more in ((), (1,), (-1,))
    ),
    case("cat", [R(2, 3), R(0), R(2, 2)], 1, label="nothing among them", without={"0-d": "shapes", "empty": "shapes"}),
    case("cat", [R(2, 3), I(2, 3, high=4)], label="two dtypes"),
    *(
        case(name, [R(*shape), R(*shape)], label=str(shape))
        for name in ("hstack", "vstack", "dstack", "row_stack", "column_stack")
        for shape in ((3,), (3, 2), (2, 3, 2))
    ),
    *(case("split", R(5, 4), *more, label=str(more)) for more in ((2,), ([1, 4],), (3, 1), ([2, 2], 1))),
    case("Tensor.split", R(5, 4), 2, 1),
    case("split_with_sizes", R(5, 4), [2, 3]),
    *(
        case("tensor_split", R(7, 4), *more, label=str(more))
        for more in ((3,), ([1, 4],), (3, 1), ([-2, 9, 1], 0), (I(2, low=1, high=4),))
    ),
    case("hsplit", R(3, 6), 2),
    case("hsplit", R(6), [2, 3], label="vector"),
    case("vsplit", R(6, 2), 3),
    case("dsplit", R(2, 3, 6), [1, 4]),
    *(case("chunk", R(7, 3), *more, label=str(more)) for more in ((3,), (4, 1), (1,))),
    *(case("unbind", X, dim, label=str(dim)) for dim in (0, 1, -1)),
    case("Tensor.narrow", R(5, 4), 0, 1, 3),
    case("narrow", R(5, 4), 1, -3, 2, label="from the end"),
    case("select", R(5, 4), 1, -2),
    case("Tensor.unfold", R(3, 9), 1, 4, 2),
    case("Tensor.unfold", R(5, 3), 0, 3, 1, label="overlapping"),
    case("as_strided", R(3, 4), (2, 3), (4, 1), only=("plain", "float32", "int64", "complex128")),
    case("as_strided", R(12), (4, 3), (2, 1), 1, label="overlapping", only=("plain", "float32", "int64")),
    case("as_strided", R(3, 4), (2, 2), (1, 4), 2, label="crossed", strides=True, only=("plain", "transposed")),
]
ARRANGING = [
    case("flip", X, (0, -1)),
    case("flip", X, [1], label="one"),
    case("Tensor.flip", X, 0, 2),
    case("fliplr", X),
    case("flipud", X),
    *(case("roll", M, *more, label=str(more)) for more in ((2,), (1, 0), ((1, -2), (0, 1)), ((3,), (-1,)))),
    *(case("rot90", X, *more, label=str(more)) for more in ((), (2,), (3, (1, 2)), (-1, (2, 0)), (0,))),
    case("tile", M, (2, 3)),
    case("tile", M, (2, 1, 3), label="new axis"),
    case("tile", X, (2,), label="last"),
    case("Tensor.tile", M, 2, 2),
    case("Tensor.repeat", M, 2, 3),
    case("Tensor.repeat", M, (2, 1, 0), label="nothing"),
    case("repeat_interleave", M, 3),
    case("repeat_interleave", M, 2, 1, label="axis"),
    case("repeat_interleave", M, I(3, high=4), 0, label="each", without=CUT),
    case("repeat_interleave", M, I(1, high=4, low=2), -1, label="one number"),
    case("repeat_interleave", I(4, high=3), label="numbers"),
    case("meshgrid", R(3), R(4), kwargs={"indexing": "ij"}),
    case("meshgrid", R(3), R(4), R(2), kwargs={"indexing": "xy"}, label="xy"),
    case("cartesian_prod", R(3), R(4), R(2)),
    case("cartesian_prod", R(3), label="one"),
    case("combinations", R(5)),
    case("combinations", R(4), 3, True, label="again"),
    case("combinations", R(4), 0, label="none", only=("plain", "int64")),
    case("Tensor.contiguous", X),
    case("clone", X),
]
PAD = "nn.functional.pad"
PADDING = [
    case(PAD, X, (1, 2)),
    case(PAD, X, (1, 0, -1, 2), "constant", 0.5, label="cut"),
    case(PAD, X, (1, 0, 2, 1, 0, 3), label="all"),
    *(case(PAD, X, (2, 1), mode, label=f"{mode} 1") for mode in ("reflect", "replicate", "circular")),
    *(case(PAD, R(2, 2, 3, 4), (2, 1, 1, 2), mode, label=f"{mode} 2") for mode in ("reflect", "replicate", "circular")),
    *(
        case(PAD, R(1, 2, 3, 3, 4), (2, 1, 1, 2, 2, 0), mode, label=f"{mode} 3")
        for mode in ("reflect", "replicate", "circular")
    ),
]
DIAGONALS = [
    *(case("diagonal", R(3, 4, 2), *more, label=str(more)) for more in ((), (1,), (-1, 0, 2), (0, -1, 1))),
    *(case("diag", R(*shape), k, label=f"{shape} {k}") for shape in ((3,), (3, 4)) for k in (0, 1, -2)),
    *(case("diag_embed", R(2, 3), *more, label=str(more)) for more in ((), (1,), (-1, 0, 2), (0, -1, 0))),
    case("diagflat", R(2, 2), 1),
    case("diagonal_scatter", R(3, 4), R(3)),
    case("diagonal_scatter", R(3, 2, 4), R(2, 2), -1, 0, 2, label="axes"),
    *(case(name, X, k, label=str(k)) for name in ("tril", "triu") for k in (0, 1, -1)),
    *(case(name, 3, 4, k, only=("plain",), label=str(k)) for name in ("tril_indices", "triu_indices") for k in (0, -1)),
    case("trace", M),
    case("block_diag", R(2, 3), R(2), R(), R(1, 2), without={"empty": "PyTorch's gradient forgets the empty row"}),
    case("Tensor.masked_fill", M, B(4), 0.5),
]
CASES = SHAPES + JOINING + ARRANGING + PADDING + DIAGONALS
