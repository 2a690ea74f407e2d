"""A kernel as the Python function that it is: what compiled code must agree with."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from types import FunctionType
from typing import Any

from patchgrad.backend.native.language import INLINE


def _unroll(*bounds: Any) -> Any:
    return bounds[0] if isinstance(bounds[0], tuple) else range(*bounds)


def _extreme(choose: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    return lambda a, b: math.nan if a != a or b != b else choose(a, b)


def _bits(x: float) -> int:
    return struct.unpack("<q", struct.pack("<d", x))[0]


def _real_of_bits(word: int) -> float:
    return struct.unpack("<d", struct.pack("<q", word))[0]


NAMES: dict[str, Any] = {
    "part": range,
    "unroll": _unroll,
    "single": False,
    "worker": 0,
    "workers": 1,
    "real": float,
    "whole": int,
    "bits": _bits,
    "real_of_bits": _real_of_bits,
    "sqrt": math.sqrt,
    "floor": math.floor,
    "ceil": math.ceil,
    "trunc": math.trunc,
    "rint": round,
    "fabs": abs,
    "copysign": math.copysign,
    "fma": lambda a, b, c: a * b + c,
    "muladd": lambda a, b, c: a * b + c,
    "maximum": _extreme(max),
    "minimum": _extreme(min),
}
"""What kernels may call, in double precision; vectors and ``array + n`` have no meaning here."""


def as_python(function: Any) -> Any:
    """The kernel as a function of Python numbers and of arrays that have no more than one axis."""
    names = {**function.__globals__, **NAMES}
    for name in function.__code__.co_names:
        value = function.__globals__.get(name)
        if isinstance(value, FunctionType) and value in INLINE:
            names[name] = as_python(value)
    found = FunctionType(function.__code__, names, function.__name__, function.__defaults__)
    found.__kwdefaults__ = function.__kwdefaults__
    return found
