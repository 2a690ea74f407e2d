"""One of several numbers, element by element: by a mask, the larger, the smaller, within bounds, in place of NaN."""

from __future__ import annotations

import math
from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.backend.dtype import as_dtype
from patchgrad.backend.promotion import result_dtype
from patchgrad.errors import ArgumentError, DtypeError
from patchgrad.ops import shapes
from patchgrad.ops.pointwise import beside, binary, caller, into, kind, mask
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed

__all__ = [
    "clamp", "clamp_max", "clamp_min", "clip", "fmax", "fmin", "maximum", "minimum", "nan_to_num", "where",
]  # fmt: skip
METHODS = "clamp clamp_max clamp_min clip fmax fmin maximum minimum nan_to_num"
IN_PLACE = "clamp clamp_max clamp_min clip nan_to_num"


def _share(xp: Any, winner: Any, loser: Any, ct: Any) -> Any:
    """1 where ``winner`` is larger, a half where both are equal."""
    return xp.astype(winner > loser, ct.dtype) + 0.5 * xp.astype(winner == loser, ct.dtype)


MAXIMUM = binary(
    "maximum",
    lambda xp, a, b: xp.maximum(a, b),
    {"a": lambda xp, ct, s: ct * _share(xp, s.a, s.b, ct), "b": lambda xp, ct, s: ct * _share(xp, s.b, s.a, ct)},
    saves=("a", "b"),
    real=True,
    formula=r"\max(a, b)",
)
MINIMUM = binary(
    "minimum",
    lambda xp, a, b: xp.minimum(a, b),
    {"a": lambda xp, ct, s: ct * _share(xp, s.b, s.a, ct), "b": lambda xp, ct, s: ct * _share(xp, s.a, s.b, ct)},
    saves=("a", "b"),
    real=True,
    formula=r"\min(a, b)",
)


def _past_nan(xp: Any, a: Any, b: Any, chosen: Any) -> Any:
    """The ``chosen`` one of two, and the other one beside a NaN."""
    a, b = beside(xp, a, b)
    return xp.where(a != a, b, xp.where(b != b, a, chosen(a, b)))


def _first_is_max(xp: Any, a: Any, b: Any) -> Any:
    return xp.logical_or(a >= b, b != b)


def _first_is_min(xp: Any, a: Any, b: Any) -> Any:
    return xp.logical_or(a <= b, b != b)


FMAX = binary(
    "fmax",
    lambda xp, a, b: _past_nan(xp, a, b, xp.maximum),
    {
        "a": lambda xp, ct, s: ct * mask(xp, _first_is_max(xp, s.a, s.b), ct),
        "b": lambda xp, ct, s: ct * mask(xp, xp.logical_not(_first_is_max(xp, s.a, s.b)), ct),
    },
    saves=("a", "b"),
    real=True,
    formula=r"\max(a, b)",
)
FMIN = binary(
    "fmin",
    lambda xp, a, b: _past_nan(xp, a, b, xp.minimum),
    {
        "a": lambda xp, ct, s: ct * mask(xp, _first_is_min(xp, s.a, s.b), ct),
        "b": lambda xp, ct, s: ct * mask(xp, xp.logical_not(_first_is_min(xp, s.a, s.b)), ct),
    },
    saves=("a", "b"),
    real=True,
    formula=r"\min(a, b)",
)

WHERE = define(
    "where",
    inputs=("condition", "a", "b"),
    elementwise=True,
    forward=lambda xp, condition, a, b: xp.where(condition, a, b),
    shape=shapes.broadcast,
    promotes=("a", "b"),
    saves=("condition",),
    vjps={
        "a": lambda xp, ct, s: xp.where(s.condition, ct, 0.0),
        "b": lambda xp, ct, s: xp.where(s.condition, 0.0, ct),
    },
    formula=r"\text{condition}\;?\;a : b",
    samples=lambda draw: [Sample((draw(3, 4) > 0, draw(3, 4), draw(4)))],
    errors=lambda draw: [Sample((draw(3, 4) > 0, draw(3), draw(4)))],
)


def _within(xp: Any, x: Any, low: Any, high: Any) -> Any:
    if low is None or high is None:
        return x <= high if low is None else x >= low
    return xp.logical_and(x >= low, x <= high)


def _below(xp: Any, s: Any) -> Any:
    """Where the lower bound is the result."""
    return s.x < s.low if s.high is None else xp.logical_and(s.x < s.low, s.low < s.high)


def _above(xp: Any, s: Any) -> Any:
    """Where the upper bound is the result; it wins over a lower bound that is larger."""
    return s.x > s.high if s.low is None else xp.logical_or(s.x > s.high, s.high < s.low)


CLAMP = define(
    "clamp",
    inputs=("x", "low", "high"),
    elementwise=True,
    real=True,
    forward=lambda xp, x, low, high: xp.clip(x, low, high),
    shape=shapes.broadcast,
    saves=("x", "low", "high"),
    vjps={
        "x": lambda xp, ct, s: xp.where(_within(xp, s.x, s.low, s.high), ct, 0.0),
        "low": lambda xp, ct, s: xp.where(_below(xp, s), ct, 0.0),
        "high": lambda xp, ct, s: xp.where(_above(xp, s), ct, 0.0),
    },
    formula=r"\min(\max(x, low), high)",
    cost=lambda x, *_: 2 * shapes.count(x),
    samples=lambda draw: [
        Sample((draw(3, 4), -1.0, 1.0)),
        Sample((draw(4), 0.1, None)),
        Sample((draw(3, 4), draw(4, low=-1.0, high=0.0), draw(4, low=0.1, high=1.0)), label="tensors"),
    ],
    errors=lambda draw: [Sample((draw(3, 4), draw(3), None))],
)


def _replaced(xp: Any, x: Any, nan: float, posinf: float | None, neginf: float | None) -> Any:
    if kind(x) == "c":
        parts = (_replaced(xp, part, nan, posinf, neginf) for part in (xp.real(x), xp.imag(x)))
        return xp.ops.complex(*parts)
    if kind(x) != "f":
        return xp.asarray(x, copy=True)
    largest = float(xp.finfo(x.dtype).max)
    x = xp.where(xp.isnan(x), nan, x)
    x = xp.where(x == math.inf, largest if posinf is None else posinf, x)
    return xp.where(x == -math.inf, -largest if neginf is None else neginf, x)


NAN_TO_NUM = define(
    "nan_to_num",
    inputs=("x",),
    elementwise=True,
    forward=_replaced,
    shape=shapes.same,
    dtype="same",
    saves=("x",),
    vjps={"x": lambda xp, ct, s: ct * mask(xp, xp.isfinite(s.x), ct)},
    formula=r"|x| < \infty\;?\;x : \text{number}",
    samples=lambda draw: [Sample((draw(3, 4),), {"nan": 0.0, "posinf": None, "neginf": None})],
)

maximum = caller(MAXIMUM, "The larger of two, NaN beside a NaN; broadcast. Equal values share the gradient.")
minimum = caller(MINIMUM, "The smaller of two, NaN beside a NaN; broadcast. Equal values share the gradient.")
fmax = caller(FMAX, "The larger of two, and the number beside a NaN; broadcast.")
fmin = caller(FMIN, "The smaller of two, and the number beside a NaN; broadcast.")


def where(condition: Tensor, input: Any = None, other: Any = None, *, out: Tensor | None = None) -> Any:
    """``input`` where the condition holds, else ``other``; all three broadcast.

    With the condition alone: the indices at which it holds, one tensor per axis.
    """
    if input is None or other is None:
        return tuple(condition.nonzero(as_tuple=True))  # type: ignore[attr-defined]
    if condition.data.dtype.kind != "b":
        condition = _condition(condition)
    if not isinstance(input, Tensor) and not isinstance(other, Tensor):
        found = result_dtype([input, other])
        input = Tensor(condition.backend.asarray(input, dtype=found))
    return into(out, apply(WHERE, condition, input, other))


def _condition(condition: Tensor) -> Tensor:
    if condition.dtype.name != "uint8":
        raise placed(
            DtypeError(
                "a condition is made of bools", got=f"condition: {condition.dtype.name}", want="bool", hint="x != 0"
            )
        )
    return condition.to(dtype=as_dtype("bool"))  # type: ignore[attr-defined]


def clamp(input: Tensor, min: Any = None, max: Any = None, *, out: Tensor | None = None) -> Tensor:
    """Values below ``min`` become ``min``, values above ``max`` become ``max``; numbers or tensors, broadcast.

    ``max`` wins where it is below ``min``. Raises ArgumentError where neither is given.
    """
    if min is None and max is None:
        raise placed(ArgumentError("clamp needs a bound", got="neither min nor max", want="one of them, or both"))
    return into(out, apply(CLAMP, input, min, max))


def clamp_min(input: Tensor, min: Any, *, out: Tensor | None = None) -> Tensor:
    """Values below ``min``, a number or a tensor, become ``min``; broadcast."""
    return into(out, apply(CLAMP, input, min, None))


def clamp_max(input: Tensor, max: Any, *, out: Tensor | None = None) -> Tensor:
    """Values above ``max``, a number or a tensor, become ``max``; broadcast."""
    return into(out, apply(CLAMP, input, None, max))


clip = clamp


def nan_to_num(
    input: Tensor,
    nan: float | None = None,
    posinf: float | None = None,
    neginf: float | None = None,
    *,
    out: Tensor | None = None,
) -> Tensor:
    """Numbers in place of NaN and the infinities (by default 0 and the largest finite numbers); (*) -> (*)."""
    return into(out, apply(NAN_TO_NUM, input, nan=0.0 if nan is None else nan, posinf=posinf, neginf=neginf))
