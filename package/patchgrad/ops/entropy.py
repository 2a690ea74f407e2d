"""Logarithms of probabilities: ``x log y`` with 0 log 0 = 0, entropies, log-odds."""

from __future__ import annotations

import math
from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.ops import shapes
from patchgrad.ops.pointwise import beside, binary, caller, into, one, two, unary
from patchgrad.tensor import Tensor, apply

__all__ = ["logit", "xlogy"]
METHODS = "logit xlogy"
IN_PLACE = "logit xlogy"


def _xlogy(log: str) -> Any:
    """``a * log(b)``, 0 where ``a`` is 0 and ``b`` is a number."""

    def forward(xp: Any, a: Any, b: Any) -> Any:
        a, b = beside(xp, a, b)
        empty = xp.logical_and(a == 0, xp.equal(b, b))
        safe = xp.where(empty, 1.0, b)
        return xp.where(empty, 0.0, a * getattr(xp, log)(safe))

    return forward


XLOGY = binary(
    "xlogy",
    _xlogy("log"),
    {
        "a": lambda xp, ct, s: xp.where(xp.logical_and(s.a == 0, s.b <= 0), 0.0, xp.ops.xlogy(ct, s.b)),
        "b": lambda xp, ct, s: ct * s.a / s.b,
    },
    saves=("a", "b"),
    dtype="float",
    formula=r"a \ln b",
    samples=two(0.5, 2.0),
)
XLOG1PY = binary(
    "xlog1py",
    _xlogy("log1p"),
    {
        "a": lambda xp, ct, s: xp.where(xp.logical_and(s.a == 0, s.b <= -1), 0.0, xp.ops.xlog1py(ct, s.b)),
        "b": lambda xp, ct, s: ct * s.a / (s.b + 1),
    },
    saves=("a", "b"),
    dtype="float",
    formula=r"a \ln(1 + b)",
    samples=two(0.5, 2.0),
)


def _entr(xp: Any, x: Any) -> Any:
    inside = xp.where(x > 0, x, 1.0)
    return xp.where(x > 0, -x * xp.log(inside), xp.where(x == 0, 0.0, xp.where(x < 0, -math.inf, x)))


ENTR = unary(
    "entr", _entr, lambda xp, ct, s: -ct * (1 + xp.log(s.x)), saves="x", formula=r"-x \ln x", low=0.5, real=True
)


def _logit(xp: Any, x: Any, eps: float | None) -> Any:
    x = x if eps is None else xp.clip(x, eps, 1 - eps)
    return xp.log(x / (1 - x))


def _logit_rule(xp: Any, ct: Any, s: Any) -> Any:
    low, outside = (0.0, math.nan) if s.eps is None or s.eps < 0 else (s.eps, 0.0)
    inside = xp.logical_and(s.x >= low, s.x <= 1 - low)
    return xp.where(inside, ct / (s.x * (1 - s.x)), outside)


LOGIT = define(
    "logit",
    inputs=("x",),
    elementwise=True,
    forward=_logit,
    shape=shapes.same,
    dtype="float",
    saves=("x",),
    vjps={"x": _logit_rule},
    formula=r"\ln\frac{x}{1 - x}",
    cost=lambda x, **_: 4 * shapes.count(x),
    samples=lambda draw: [
        Sample(sample.inputs, {"eps": eps}, sample.label)
        for sample, eps in zip(one(0.2, 0.8)(draw), (None, 0.1), strict=True)
    ],
    real=True,
)

xlogy = caller(XLOGY, "``input * log(other)``, 0 where ``input`` is 0; broadcast.")
xlog1py = caller(XLOG1PY, "``input * log(1 + other)``, 0 where ``input`` is 0; broadcast.")
entr = caller(ENTR, "``-x * log(x)``: 0 at 0 and minus infinity below; (*) -> (*).")


def logit(input: Tensor, eps: float | None = None, *, out: Tensor | None = None) -> Tensor:
    """``log(input / (1 - input))``, of ``input`` clamped to [eps, 1 - eps]; (*) -> (*). NaN outside [0, 1]."""
    return into(out, apply(LOGIT, input, eps=eps))
