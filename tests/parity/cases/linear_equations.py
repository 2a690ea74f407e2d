"""Inverses, solutions, determinants, least squares, norms."""

from __future__ import annotations

import math

from ..case import R, case

FLOATS = ("plain", "float32", "transposed", "strided", "reversed", "empty", "complex128", "int64")
"""Matrices of random numbers: what remains of them as bytes or bools is singular, and a matrix has two axes."""


def solid(name, *inputs, **fields):
    return case(name, *inputs, only=FLOATS, rtol=1e-8, **fields)


CASES = [
    solid("linalg.inv", R(3, 3)),
    solid("linalg.inv", R(2, 2, 2), label="batch"),
    solid("inverse", R(3, 3)),
    solid("linalg.inv_ex", R(2, 3, 3)),
    solid("linalg.solve", R(3, 3), R(3, 2)),
    solid("linalg.solve", R(3, 3), R(3), label="vector"),
    solid("linalg.solve", R(2, 3, 3), R(2, 3), label="vectors"),
    solid("linalg.solve", R(2, 3, 3), R(3, 2), label="one side"),
    solid("linalg.solve", R(3, 3), R(2, 3), kwargs={"left": False}, label="from the right"),
    solid("linalg.solve_ex", R(2, 3, 3), R(2, 3, 2)),
    solid("linalg.solve_triangular", R(3, 3, low=0.5), R(3, 2), kwargs={"upper": True}),
    solid("linalg.solve_triangular", R(2, 3, 3, low=0.5), R(3, 2), kwargs={"upper": False}, label="lower"),
    solid(
        "linalg.solve_triangular",
        R(3, 3, low=0.5),
        R(2, 3),
        kwargs={"upper": True, "left": False, "unitriangular": True},
        label="from the right, ones",
    ),
    solid("linalg.tensorinv", R(4, 2, 2), kwargs={"ind": 1}),
    solid("linalg.tensorsolve", R(2, 3, 6), R(2, 3)),
    solid("linalg.tensorsolve", R(2, 6, 3), R(2, 3), kwargs={"dims": (1,)}, label="axes moved"),
    solid("linalg.det", R(3, 3)),
    solid("linalg.det", R(2, 2, 2), label="batch"),
    solid("det", R(3, 3)),
    solid("linalg.slogdet", R(2, 3, 3)),
    solid("slogdet", R(3, 3)),
    solid("logdet", R(2, 3, 3)),
    case("linalg.det", R(3, 3), only=("uint8",), prepare=lambda a: (a.double() * 0,), label="zeros"),
    solid("linalg.pinv", R(4, 2)),
    solid("linalg.pinv", R(2, 3, 4), label="wide, batch"),
    solid("pinverse", R(4, 3)),
    solid("linalg.pinv", R(3, 3), prepare=lambda a: (a @ a.mH,), kwargs={"hermitian": True}, label="Hermitian"),
    solid("linalg.pinv", R(4, 3), kwargs={"atol": 1.5}, label="threshold"),
    solid("linalg.matrix_rank", R(2, 4, 3)),
    solid("linalg.matrix_rank", R(3, 3), prepare=lambda a: (a[:, :1] @ a[:1],), label="one"),
    solid("linalg.matrix_rank", R(3, 3), prepare=lambda a: (a + a.mH,), kwargs={"hermitian": True}, label="Hermitian"),
    solid("linalg.lstsq", R(4, 2), R(4, 3)),
    solid("linalg.lstsq", R(2, 3, 4), R(2, 3, 2), label="wide, batch"),
    solid("linalg.lstsq", R(4, 2), R(4, 1), kwargs={"driver": "gelsd"}, label="singular values"),
    solid("linalg.lu", R(3, 3)),
    solid("linalg.lu", R(2, 4, 2), label="tall, batch"),
    solid("linalg.lu", R(2, 4), label="wide"),
    solid("linalg.lu_factor", R(2, 3, 3)),
    solid("linalg.lu_factor", R(4, 3), label="tall"),
    solid("linalg.lu_factor_ex", R(3, 4)),
    solid("lu", R(3, 3), kwargs={"get_infos": True}),
    solid("linalg.matrix_exp", R(3, 3)),
    solid("linalg.matrix_exp", R(2, 2, 2, low=-9.0, high=9.0), label="large"),
    solid("matrix_exp", R(3, 3)),
    solid("linalg.matrix_power", R(3, 3), -2, label="inverse"),
    solid("linalg.cond", R(3, 3)),
    solid("linalg.cond", R(2, 4, 3), kwargs={"p": -2}, label="smallest"),
    *[
        solid("linalg.cond", R(2, 3, 3), kwargs={"p": p}, label=f"{p}")
        for p in ("fro", "nuc", 1, -1, math.inf, -math.inf)
    ],
    *[
        solid("linalg.matrix_norm", R(2, 3, 4), kwargs={"ord": p}, label=f"{p}")
        for p in ("fro", "nuc", 2, -2, 1, -1, math.inf, -math.inf)
    ],
    solid("linalg.matrix_norm", R(2, 3, 4), kwargs={"ord": 1, "dim": (2, 0), "keepdim": True}, label="other axes"),
    solid("linalg.matrix_norm", R(2, 3, 4), kwargs={"ord": 2, "dim": (2, 0), "keepdim": True}, label="other axes, 2"),
    *[
        case("linalg.vector_norm", R(3, 4), kwargs={"ord": p, "dim": 1}, label=f"{p}")
        for p in (2, 1, 0, 3, 0.5, -1, math.inf, -math.inf)
    ],
    case("linalg.vector_norm", R(2, 3, 4), kwargs={"dim": (0, 2), "keepdim": True}, label="two axes"),
    case("linalg.norm", R(3, 4)),
    case("linalg.norm", R(3, 4), 1, label="matrix"),
    case("linalg.norm", R(4), 3, label="vector"),
    case("linalg.norm", R(2, 3, 4), math.inf, (0, 1), True, label="axes"),
]
