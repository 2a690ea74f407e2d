"""Arithmetic, comparison, and functions of one or two numbers, element by element.

All broadcast; the backward engine sums over broadcast axes, so no rule here mentions them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from patchgrad.autograd.op import OpSpec, Sample, define
from patchgrad.backend.dtype import as_dtype
from patchgrad.backend.low import halfway
from patchgrad.ops import shapes
from patchgrad.tensor import Tensor, apply

__all__ = [
    "abs", "acos", "add", "asin", "atan", "ceil", "clamp", "cos", "cosh", "div", "eq", "exp", "expm1", "floor",
    "floor_divide", "ge", "gt", "isfinite", "isinf", "isnan", "le", "log", "log10", "log1p", "log2", "logical_and",
    "logical_not", "logical_or", "lt", "maximum", "minimum", "mul", "ne", "neg", "pow", "reciprocal", "remainder",
    "round", "rsqrt", "sign", "sin", "sinh", "sqrt", "square", "sub", "tan", "tanh", "where",
]  # fmt: skip
METHODS = (
    "abs acos add asin atan ceil clamp cos cosh div eq exp expm1 floor floor_divide ge gt isfinite isinf isnan le "
    "log log10 log1p log2 logical_and logical_not logical_or lt maximum minimum mul ne neg pow reciprocal remainder "
    "round rsqrt sign sin sinh sqrt square sub tan tanh"
)
IN_PLACE = (
    "abs acos add asin atan ceil clamp cos cosh div exp expm1 floor floor_divide log log10 log1p log2 logical_and "
    "logical_not logical_or mul neg pow reciprocal remainder round rsqrt sign sin sinh sqrt square sub tan tanh"
)

Draw = Callable[..., Any]


def one(low: float, high: float) -> Callable[[Draw], list[Sample]]:
    return lambda draw: [
        Sample((draw(3, 4, low=low, high=high),)),
        Sample((draw(low=low, high=high),), label="no axes"),
    ]


def two(low: float = -2.0, high: float = 2.0, apart: float = 0.0) -> Callable[[Draw], list[Sample]]:
    def samples(draw: Draw) -> list[Sample]:
        def pair(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[Any, Any]:
            return draw(*a, low=low, high=high), draw(*b, low=low, high=high) + apart

        return [
            Sample(pair((3, 4), (3, 4))),
            Sample(pair((3, 1), (4,)), label="broadcast"),
            Sample((draw(2, 3, low=low, high=high), 1.5), label="scalar"),
            Sample(pair((0, 2), (1, 2)), label="empty"),
        ]

    return samples


def unary(
    name: str,
    forward: Callable[..., Any],
    rule: Callable[..., Any] | None,
    *,
    saves: str = "",
    dtype: str = "float",
    formula: str = "",
    low: float = -2.0,
    high: float = 2.0,
) -> OpSpec:
    """An op of one number. ``saves`` is "x" or "y", what the rule reads."""
    return define(
        name,
        inputs=("x",),
        forward=forward,
        shape=shapes.same,
        dtype=dtype,
        elementwise=True,
        saves=(saves,) if saves else (),
        vjps={} if rule is None else {"x": rule},
        formula=formula,
        cost=lambda x: shapes.count(x),
        samples=one(low, high),
    )


def binary(name: str, forward: Callable[..., Any], vjps: dict[str, Any], **fields: Any) -> OpSpec:
    """An op of two numbers."""
    fields = {
        "dtype": "promote",
        "elementwise": True,
        "samples": two(),
        "cost": lambda a, b: shapes.count(shapes.broadcast(a, b)),
    } | fields
    return define(name, inputs=("a", "b"), forward=forward, shape=shapes.broadcast, vjps=vjps, **fields)


def caller(op: OpSpec, doc: str) -> Callable[..., Tensor]:
    """The public function of an op of one or two numbers, with PyTorch's names for its arguments."""

    def one(input: Tensor) -> Tensor:
        return apply(op, input)

    def two(input: Any, other: Any) -> Tensor:
        return apply(op, input, other)

    call: Any = one if len(op.inputs) == 1 else two
    call.__name__ = call.__qualname__ = op.name
    call.__doc__ = doc
    call.op = op
    return call


ADD = binary(
    "add", lambda xp, a, b: xp.add(a, b), {"a": lambda xp, ct, s: ct, "b": lambda xp, ct, s: ct}, formula="a + b"
)
SUB = binary(
    "sub", lambda xp, a, b: xp.subtract(a, b), {"a": lambda xp, ct, s: ct, "b": lambda xp, ct, s: -ct}, formula="a - b"
)
MUL = binary(
    "mul",
    lambda xp, a, b: xp.multiply(a, b),
    {"a": lambda xp, ct, s: ct * s.b, "b": lambda xp, ct, s: ct * s.a},
    saves=("a", "b"),
    formula="a b",
)
DIV = binary(
    "div",
    lambda xp, a, b: xp.divide(a, b),
    {"a": lambda xp, ct, s: ct / s.b, "b": lambda xp, ct, s: -ct * s.a / (s.b * s.b)},
    saves=("a", "b"),
    dtype="float",
    formula=r"\frac{a}{b}",
    samples=two(1.0, 2.0),
)
POW = binary(
    "pow",
    lambda xp, a, b: a**b,
    {"a": lambda xp, ct, s: ct * _pow_slope(xp, s.a, s.b), "b": lambda xp, ct, s: ct * _pow_by_exponent(xp, s.a, s.b)},
    saves=("a", "b"),
    formula="a^b",
    samples=two(0.5, 2.0),
)


def _pow_slope(xp: Any, a: Any, b: Any) -> Any:
    """``b * a ** (b - 1)``, and 0 for ``b = 0`` also where ``a`` is 0."""
    if isinstance(b, (int, float)):
        return b * a ** (b - 1) if b != 0 else xp.zeros_like(a)
    return xp.where(b == 0, 0.0, b * a ** xp.where(b == 0, 1.0, b - 1))


def _pow_by_exponent(xp: Any, a: Any, b: Any) -> Any:
    if isinstance(a, (int, float)):
        return a**b * (math.log(a) if a > 0 else 0.0)
    return a**b * xp.log(xp.where(a > 0, a, 1.0))


MAXIMUM = binary(
    "maximum",
    lambda xp, a, b: xp.maximum(a, b),
    {
        "a": lambda xp, ct, s: ct * _share(xp, s.a, s.b, ct),
        "b": lambda xp, ct, s: ct * _share(xp, s.b, s.a, ct),
    },
    saves=("a", "b"),
    formula=r"\max(a, b)",
)
MINIMUM = binary(
    "minimum",
    lambda xp, a, b: xp.minimum(a, b),
    {
        "a": lambda xp, ct, s: ct * _share(xp, s.b, s.a, ct),
        "b": lambda xp, ct, s: ct * _share(xp, s.a, s.b, ct),
    },
    saves=("a", "b"),
    formula=r"\min(a, b)",
)


def _share(xp: Any, winner: Any, loser: Any, ct: Any) -> Any:
    """1 where ``winner`` is larger, a half where both are equal."""
    return xp.astype(winner > loser, ct.dtype) + 0.5 * xp.astype(winner == loser, ct.dtype)


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
)


def truth(x: Any) -> Any:
    """What counts as True: all numbers but 0."""
    return x if isinstance(x, bool) or "bool" in str(getattr(x, "dtype", "")) else x != 0


NEG = unary("neg", lambda xp, x: xp.negative(x), lambda xp, ct, s: -ct, dtype="same", formula="-x")
ABS = unary(
    "abs", lambda xp, x: xp.abs(x), lambda xp, ct, s: ct * xp.sign(s.x), saves="x", dtype="same", formula="|x|", low=0.5
)
SIGN = unary(
    "sign",
    lambda xp, x: xp.sign(x),
    lambda xp, ct, s: xp.zeros_like(ct),
    dtype="same",
    formula=r"\mathrm{sign}(x)",
    low=0.5,
)
EXP = unary("exp", lambda xp, x: xp.exp(x), lambda xp, ct, s: ct * s.y, saves="y", formula="e^x")
EXPM1 = unary("expm1", lambda xp, x: xp.expm1(x), lambda xp, ct, s: ct * (s.y + 1), saves="y", formula="e^x - 1")
LOG = unary("log", lambda xp, x: xp.log(x), lambda xp, ct, s: ct / s.x, saves="x", formula=r"\ln x", low=0.5)
LOG1P = unary(
    "log1p", lambda xp, x: xp.log1p(x), lambda xp, ct, s: ct / (s.x + 1), saves="x", formula=r"\ln(1+x)", low=-0.5
)
LOG2 = unary(
    "log2",
    lambda xp, x: xp.log2(x),
    lambda xp, ct, s: ct / (s.x * math.log(2)),
    saves="x",
    formula=r"\log_2 x",
    low=0.5,
)
LOG10 = unary(
    "log10",
    lambda xp, x: xp.log10(x),
    lambda xp, ct, s: ct / (s.x * math.log(10)),
    saves="x",
    formula=r"\log_{10} x",
    low=0.5,
)
SQRT = unary(
    "sqrt", lambda xp, x: xp.sqrt(x), lambda xp, ct, s: ct / (2 * s.y), saves="y", formula=r"\sqrt{x}", low=0.5
)
RSQRT = unary(
    "rsqrt",
    lambda xp, x: 1 / xp.sqrt(x),
    lambda xp, ct, s: ct * -0.5 * s.y**3,
    saves="y",
    formula=r"1/\sqrt{x}",
    low=0.5,
)
SQUARE = unary(
    "square", lambda xp, x: xp.square(x), lambda xp, ct, s: 2 * ct * s.x, saves="x", dtype="same", formula="x^2"
)
RECIPROCAL = unary(
    "reciprocal", lambda xp, x: 1 / x, lambda xp, ct, s: -ct * s.y * s.y, saves="y", formula="1/x", low=0.5
)
SIN = unary("sin", lambda xp, x: xp.sin(x), lambda xp, ct, s: ct * xp.cos(s.x), saves="x", formula=r"\sin x")
COS = unary("cos", lambda xp, x: xp.cos(x), lambda xp, ct, s: -ct * xp.sin(s.x), saves="x", formula=r"\cos x")
TAN = unary(
    "tan",
    lambda xp, x: xp.tan(x),
    lambda xp, ct, s: ct * (1 + s.y * s.y),
    saves="y",
    formula=r"\tan x",
    low=-1.0,
    high=1.0,
)
SINH = unary("sinh", lambda xp, x: xp.sinh(x), lambda xp, ct, s: ct * xp.cosh(s.x), saves="x", formula=r"\sinh x")
COSH = unary("cosh", lambda xp, x: xp.cosh(x), lambda xp, ct, s: ct * xp.sinh(s.x), saves="x", formula=r"\cosh x")
TANH = unary("tanh", lambda xp, x: xp.tanh(x), lambda xp, ct, s: ct * (1 - s.y * s.y), saves="y", formula=r"\tanh x")
ASIN = unary(
    "asin",
    lambda xp, x: xp.asin(x),
    lambda xp, ct, s: ct / xp.sqrt(1 - s.x * s.x),
    saves="x",
    formula=r"\arcsin x",
    low=-0.9,
    high=0.9,
)
ACOS = unary(
    "acos",
    lambda xp, x: xp.acos(x),
    lambda xp, ct, s: -ct / xp.sqrt(1 - s.x * s.x),
    saves="x",
    formula=r"\arccos x",
    low=-0.9,
    high=0.9,
)
ATAN = unary("atan", lambda xp, x: xp.atan(x), lambda xp, ct, s: ct / (1 + s.x * s.x), saves="x", formula=r"\arctan x")
FLOOR = unary(
    "floor",
    lambda xp, x: xp.floor(x),
    lambda xp, ct, s: xp.zeros_like(ct),
    dtype="same",
    formula=r"\lfloor x \rfloor",
    low=0.1,
    high=0.9,
)
CEIL = unary(
    "ceil",
    lambda xp, x: xp.ceil(x),
    lambda xp, ct, s: xp.zeros_like(ct),
    dtype="same",
    formula=r"\lceil x \rceil",
    low=0.1,
    high=0.9,
)
ROUND = unary("round", lambda xp, x: xp.round(x), lambda xp, ct, s: xp.zeros_like(ct), dtype="same", low=0.1, high=0.4)
ISNAN = unary("isnan", lambda xp, x: xp.isnan(x), None, dtype="bool")
ISINF = unary("isinf", lambda xp, x: xp.isinf(x), None, dtype="bool")
ISFINITE = unary("isfinite", lambda xp, x: xp.isfinite(x), None, dtype="bool")
LOGICAL_NOT = unary("logical_not", lambda xp, x: xp.logical_not(truth(x)), None, dtype="bool")

EQ = binary("eq", lambda xp, a, b: xp.equal(a, b), {}, dtype="bool", formula="a = b")
NE = binary("ne", lambda xp, a, b: xp.not_equal(a, b), {}, dtype="bool", formula=r"a \neq b")
LT = binary("lt", lambda xp, a, b: xp.less(a, b), {}, dtype="bool", formula="a < b")
LE = binary("le", lambda xp, a, b: xp.less_equal(a, b), {}, dtype="bool", formula=r"a \leq b")
GT = binary("gt", lambda xp, a, b: xp.greater(a, b), {}, dtype="bool", formula="a > b")
GE = binary("ge", lambda xp, a, b: xp.greater_equal(a, b), {}, dtype="bool", formula=r"a \geq b")
LOGICAL_AND = binary("logical_and", lambda xp, a, b: xp.logical_and(truth(a), truth(b)), {}, dtype="bool")
LOGICAL_OR = binary("logical_or", lambda xp, a, b: xp.logical_or(truth(a), truth(b)), {}, dtype="bool")
FLOOR_DIVIDE = binary(
    "floor_divide", lambda xp, a, b: xp.floor_divide(a, b), {}, samples=two(1.0, 2.0), formula=r"\lfloor a / b \rfloor"
)
REMAINDER = binary(
    "remainder",
    lambda xp, a, b: xp.remainder(a, b),
    {"a": lambda xp, ct, s: ct, "b": lambda xp, ct, s: -ct * xp.floor(s.a / s.b)},
    saves=("a", "b"),
    samples=two(1.1, 1.4, apart=0.5),
    formula=r"a - b \lfloor a / b \rfloor",
)

CAST = define(
    "cast",
    inputs=("x",),
    elementwise=True,
    forward=lambda xp, x, dtype: xp.astype(halfway(x, dtype), dtype.numpy),
    shape=shapes.same,
    dtype=lambda kinds, attrs: attrs["dtype"].numpy,
    vjps={"x": lambda xp, ct, s: ct},
    formula="x",
    samples=lambda draw: [
        Sample((draw(3, 4),), {"dtype": as_dtype("float64")}),
        Sample((draw(3, 4) > 0,), {"dtype": as_dtype("float32")}, "from bool"),
    ],
)

CLAMP = define(
    "clamp",
    inputs=("x",),
    elementwise=True,
    forward=lambda xp, x, low, high: xp.clip(x, low, high),
    shape=shapes.same,
    dtype="same",
    saves=("x",),
    vjps={"x": lambda xp, ct, s: xp.where(_within(xp, s.x, s.low, s.high), ct, 0.0)},
    formula=r"\min(\max(x, low), high)",
    samples=lambda draw: [
        Sample((draw(3, 4),), {"low": -1.0, "high": 1.0}),
        Sample((draw(4),), {"low": 0.1, "high": None}),
    ],
)


def _within(xp: Any, x: Any, low: float | None, high: float | None) -> Any:
    if low is None or high is None:
        return x <= high if low is None else x >= low
    return xp.logical_and(x >= low, x <= high)


def clamp(x: Tensor, min: float | None = None, max: float | None = None) -> Tensor:
    """Values below ``min`` become ``min``, values above ``max`` become ``max``; (*) -> (*)."""
    return apply(CLAMP, x, low=min, high=max)


def add(a: Any, b: Any, *, alpha: float = 1) -> Tensor:
    """``a + alpha * b``, broadcast."""
    return apply(ADD, a, b if alpha == 1 else apply(MUL, b, alpha))


def sub(a: Any, b: Any, *, alpha: float = 1) -> Tensor:
    """``a - alpha * b``, broadcast."""
    return apply(SUB, a, b if alpha == 1 else apply(MUL, b, alpha))


def where(condition: Tensor, a: Any, b: Any) -> Tensor:
    """``a`` where the condition holds, else ``b``; all three broadcast."""
    return apply(WHERE, condition, a, b)


mul = caller(MUL, "``a * b``, broadcast.")
div = caller(DIV, "``a / b``, broadcast; integers give the default float.")
pow = caller(POW, "``a`` to the power ``b``, broadcast.")
maximum = caller(MAXIMUM, "The larger of two, broadcast; equal values share the gradient.")
minimum = caller(MINIMUM, "The smaller of two, broadcast; equal values share the gradient.")
eq, ne, lt = caller(EQ, "``a == b``"), caller(NE, "``a != b``"), caller(LT, "``a < b``")
le, gt, ge = caller(LE, "``a <= b``"), caller(GT, "``a > b``"), caller(GE, "``a >= b``")
logical_and, logical_or = caller(LOGICAL_AND, "``a and b``"), caller(LOGICAL_OR, "``a or b``")
logical_not = caller(LOGICAL_NOT, "``not x``")
floor_divide = caller(FLOOR_DIVIDE, "The quotient rounded down.")
remainder = caller(REMAINDER, "The remainder with the sign of the divisor.")


def _unary(op: OpSpec) -> Callable[..., Tensor]:
    return caller(op, f"``{op.formula or op.name}``, element by element; (*) -> (*).")


neg, abs, sign, exp = _unary(NEG), _unary(ABS), _unary(SIGN), _unary(EXP)
expm1, log, log1p, log2 = _unary(EXPM1), _unary(LOG), _unary(LOG1P), _unary(LOG2)
log10, sqrt, rsqrt, square = _unary(LOG10), _unary(SQRT), _unary(RSQRT), _unary(SQUARE)
reciprocal, sin, cos, tan = _unary(RECIPROCAL), _unary(SIN), _unary(COS), _unary(TAN)
sinh, cosh, tanh, asin = _unary(SINH), _unary(COSH), _unary(TANH), _unary(ASIN)
acos, atan, floor, ceil = _unary(ACOS), _unary(ATAN), _unary(FLOOR), _unary(CEIL)
round, isnan, isinf, isfinite = _unary(ROUND), _unary(ISNAN), _unary(ISINF), _unary(ISFINITE)
