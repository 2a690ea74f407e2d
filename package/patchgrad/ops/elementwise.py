"""The everyday functions of one or two numbers under one name, and the cast; the others stand in files by family."""

# Names are imported here to be found here.
# ruff: noqa: F401
# pyright: reportUnusedImport=false

from __future__ import annotations

from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.backend.dtype import as_dtype
from patchgrad.backend.low import halfway
from patchgrad.ops import shapes
from patchgrad.ops.arithmetic import ADD, DIV, FLOOR_DIVIDE, MUL, NEG, REMAINDER, SUB, add, div, mul, neg, sub
from patchgrad.ops.comparison import (
    EQ,
    GE,
    GT,
    ISFINITE,
    ISINF,
    ISNAN,
    LE,
    LOGICAL_AND,
    LOGICAL_NOT,
    LOGICAL_OR,
    LOGICAL_XOR,
    LT,
    NE,
    eq,
    ge,
    gt,
    isfinite,
    isnan,
    le,
    logical_and,
    logical_not,
    logical_or,
    lt,
    ne,
)  # fmt: skip
from patchgrad.ops.exponential import (
    EXP,
    EXPM1,
    LOG,
    LOG1P,
    LOG2,
    LOG10,
    LOGADDEXP,
    POW,
    RECIPROCAL,
    RSQRT,
    SQRT,
    SQUARE,
    exp,
    log,
    pow,
    sqrt,
)  # fmt: skip
from patchgrad.ops.pointwise import binary, caller, kind, one, truth, two, unary
from patchgrad.ops.rounding import ABS, CEIL, COPYSIGN, FLOOR, ROUND, SIGN, TRUNC, abs, sign
from patchgrad.ops.selection import CLAMP, MAXIMUM, MINIMUM, WHERE, clamp, maximum, minimum, where
from patchgrad.ops.trigonometric import (
    ACOS,
    ACOSH,
    ASIN,
    ASINH,
    ATAN,
    ATAN2,
    ATANH,
    COS,
    COSH,
    SIN,
    SINH,
    TAN,
    TANH,
    cos,
    sin,
    tanh,
)  # fmt: skip


def _cast(xp: Any, x: Any, dtype: Any) -> Any:
    """A complex number becomes real by its real part."""
    if kind(x) == "c" and dtype.kind not in "cb":
        x = xp.real(x)
    return xp.astype(halfway(x, dtype), dtype.numpy)


CAST = define(
    "cast",
    inputs=("x",),
    elementwise=True,
    forward=_cast,
    shape=shapes.same,
    dtype=lambda kinds, attrs: attrs["dtype"].numpy,
    vjps={"x": lambda xp, ct, s: ct},
    formula="x",
    samples=lambda draw: [
        Sample((draw(3, 4),), {"dtype": as_dtype("float64")}),
        Sample((draw(3, 4) > 0,), {"dtype": as_dtype("float32")}, "from bool"),
    ],
)
