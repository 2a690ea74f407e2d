"""The everyday functions of one or two numbers under one name, and the cast; the others stand in files by family."""

# Names are imported here to be found here.
# ruff: noqa: F401, F403
# pyright: reportUnusedImport=false

from __future__ import annotations

from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.backend.dtype import as_dtype
from patchgrad.backend.low import halfway
from patchgrad.ops import shapes
from patchgrad.ops.arithmetic import *
from patchgrad.ops.arithmetic import ADD, DIV, FLOOR_DIVIDE, MUL, REMAINDER, SUB
from patchgrad.ops.comparison import *
from patchgrad.ops.comparison import EQ, GE, GT, LE, LT, NE
from patchgrad.ops.complex import *
from patchgrad.ops.exponential import *
from patchgrad.ops.exponential import POW
from patchgrad.ops.pointwise import binary, caller, kind, one, truth, two, unary
from patchgrad.ops.rounding import *
from patchgrad.ops.selection import *
from patchgrad.ops.selection import CLAMP, WHERE
from patchgrad.ops.trigonometric import *


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
