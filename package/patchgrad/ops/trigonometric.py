"""Functions of angles, their hyperbolic kin, and their inverses."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from patchgrad.autograd.op import OpSpec
from patchgrad.ops.pointwise import binary, caller, conj, kind, of_one, two, unary
from patchgrad.tensor import Tensor

__all__ = [
    "acos", "acosh", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "asin", "asinh", "atan",
    "atan2", "atanh", "cos", "cosh", "sin", "sinc", "sinh", "tan", "tanh",
]  # fmt: skip
METHODS = (
    "acos acosh arccos arccosh arcsin arcsinh arctan arctan2 arctanh asin asinh atan atan2 atanh cos cosh sin sinc "
    "sinh tan tanh"
)
IN_PLACE = (
    "acos acosh arccos arccosh arcsin arcsinh arctan arctan2 arctanh asin asinh atan atan2 atanh cos cosh sin sinc "
    "sinh tan tanh"
)


def _by(slope: Callable[[Any, Any], Any]) -> Callable[[Any, Any, Any], Any]:
    """The rule of a function with this derivative, ``slope(xp, s)``."""
    return lambda xp, ct, s: ct * conj(xp, slope(xp, s))


def _over(divisor: Callable[[Any, Any], Any]) -> Callable[[Any, Any, Any], Any]:
    """The rule of a function whose derivative is 1 over ``divisor(xp, x)``."""
    return lambda xp, ct, s: ct / conj(xp, divisor(xp, s.x))


def _of_angle(name: str, rule: Any, formula: str, saves: str = "x", low: float = -1.0, high: float = 1.0) -> OpSpec:
    return unary(name, lambda xp, x: getattr(xp, name)(x), rule, saves=saves, formula=formula, low=low, high=high)


SIN = unary("sin", lambda xp, x: xp.sin(x), _by(lambda xp, s: xp.cos(s.x)), saves="x", formula=r"\sin x")
COS = unary("cos", lambda xp, x: xp.cos(x), lambda xp, ct, s: -ct * conj(xp, xp.sin(s.x)), saves="x", formula=r"\cos x")
TANH = unary("tanh", lambda xp, x: xp.tanh(x), _by(lambda xp, s: 1 - s.y * s.y), saves="y", formula=r"\tanh x")
TAN = _of_angle("tan", _by(lambda xp, s: 1 + s.y * s.y), r"\tan x", saves="y")
SINH = _of_angle("sinh", _by(lambda xp, s: xp.cosh(s.x)), r"\sinh x")
COSH = _of_angle("cosh", _by(lambda xp, s: xp.sinh(s.x)), r"\cosh x")
ASIN = _of_angle("asin", _over(lambda xp, x: xp.sqrt(1 - x * x)), r"\arcsin x", low=-0.9, high=0.9)
ACOS = _of_angle("acos", _over(lambda xp, x: -xp.sqrt(1 - x * x)), r"\arccos x", low=-0.9, high=0.9)
ATAN = _of_angle("atan", _over(lambda xp, x: 1 + x * x), r"\arctan x")
ASINH = _of_angle("asinh", _over(lambda xp, x: xp.sqrt(x * x + 1)), r"\mathrm{arsinh}\,x")


def _acosh_divisor(xp: Any, x: Any) -> Any:
    """``sqrt(x² - 1)``, on the branch that the complex function takes."""
    return xp.sqrt(x - 1) * xp.sqrt(x + 1) if kind(x) == "c" else xp.sqrt(x * x - 1)


ACOSH = _of_angle("acosh", _over(_acosh_divisor), r"\mathrm{arcosh}\,x", low=1.2, high=3.0)
ATANH = _of_angle("atanh", _over(lambda xp, x: 1 - x * x), r"\mathrm{artanh}\,x", low=-0.9, high=0.9)
ATAN2 = binary(
    "atan2",
    lambda xp, a, b: xp.atan2(a, b),
    {
        "a": lambda xp, ct, s: ct * s.b / (s.a * s.a + s.b * s.b),
        "b": lambda xp, ct, s: -ct * s.a / (s.a * s.a + s.b * s.b),
    },
    saves=("a", "b"),
    dtype="float",
    formula=r"\arctan(a / b)",
    samples=two(0.5, 2.0),
)


def _sinc(xp: Any, x: Any) -> Any:
    angle = xp.where(x == 0, 1.0, x) * math.pi
    return xp.where(x == 0, 1.0, xp.sin(angle) / angle)


def _sinc_slope(xp: Any, x: Any) -> Any:
    """Near 0 by its series, which keeps digits and can itself be differentiated."""
    near = xp.abs(x) < 1e-3
    angle = xp.where(near, 1.0, x) * math.pi
    square = (x * math.pi) * (x * math.pi)
    series = x * (math.pi**2 / -3) * (1 - square / 10)
    return xp.where(near, series, math.pi * (angle * xp.cos(angle) - xp.sin(angle)) / (angle * angle))


SINC = unary(
    "sinc", _sinc, _by(lambda xp, s: _sinc_slope(xp, s.x)), saves="x", formula=r"\frac{\sin \pi x}{\pi x}", low=0.2
)

sin, cos, tan, sinh, cosh, tanh = map(of_one, (SIN, COS, TAN, SINH, COSH, TANH))
asin, acos, atan, asinh, acosh, atanh = map(of_one, (ASIN, ACOS, ATAN, ASINH, ACOSH, ATANH))
arcsin, arccos, arctan, arcsinh, arccosh, arctanh = asin, acos, atan, asinh, acosh, atanh
atan2: Callable[..., Tensor] = caller(ATAN2, "The angle of the point (other, input), in all four quadrants; broadcast.")
arctan2 = atan2
sinc = caller(SINC, "``sin(pi x) / (pi x)``, and 1 at 0; (*) -> (*).")
