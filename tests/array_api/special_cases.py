"""The special cases of the standard for real floating numbers, as data.

A line is ``operands: result``. Operands are written as values or as kinds of numbers (`KINDS`); a result may name an
operand. ``x`` and ``y`` are the operands.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

inf, nan, pi = math.inf, math.nan, math.pi
KINDS: dict[str, list[float]] = {
    "any": [nan, inf, -inf, 0.0, -0.0, 1.0, -2.5], "finite": [0.0, -0.0, 1.5, -3.0], "+": [0.5, 3.0, 1e9],
    "-": [-0.5, -3.0, -1e9], "+0": [0.0], "-0": [-0.0], "0": [0.0, -0.0], "1": [1.0], "-1": [-1.0], "nan": [nan],
    "inf": [inf], "-inf": [-inf], "±inf": [inf, -inf], ">1": [1.5, inf], "<-1": [-1.5, -inf], "<1": [0.5, -inf],
    "<0": [-0.5, -inf], ">0": [0.5, inf], "number": [inf, -inf, 0.0, -0.0, 2.0, -2.0], "large": [1.5, -1.5, 7.0],
    "small": [0.5, -0.5, 0.0], "odd": [1.0, 3.0], "-odd": [-1.0, -3.0], "+other": [2.0, 0.5, 3.5],
    "-other": [-2.0, -0.5, -3.5], "fraction": [0.5, -2.5], "2": [2.0], "whole": [3.0, -2.0, 0.0, -0.0],
}  # fmt: skip
VALUES: dict[str, float] = {
    "nan": nan, "inf": inf, "-inf": -inf, "+0": 0.0, "-0": -0.0, "1": 1.0, "-1": -1.0, "2": 2.0, "pi/2": pi / 2,
    "-pi/2": -pi / 2, "pi": pi, "-pi": -pi, "pi/4": pi / 4, "-pi/4": -pi / 4, "3pi/4": 3 * pi / 4,
    "-3pi/4": -3 * pi / 4,
}  # fmt: skip

UNARY = {
    "abs": "nan: nan | -0: +0 | -inf: inf",
    "acos": "nan: nan | >1: nan | <-1: nan | 1: +0",
    "acosh": "nan: nan | <1: nan | 1: +0 | inf: inf",
    "asin": "nan: nan | >1: nan | <-1: nan | +0: +0 | -0: -0",
    "asinh": "nan: nan | +0: +0 | -0: -0 | inf: inf | -inf: -inf",
    "atan": "nan: nan | +0: +0 | -0: -0 | inf: pi/2 | -inf: -pi/2",
    "atanh": "nan: nan | <-1: nan | >1: nan | -1: -inf | 1: inf | +0: +0 | -0: -0",
    "ceil": "whole: x | inf: inf | -inf: -inf | +0: +0 | -0: -0 | nan: nan",
    "cos": "nan: nan | 0: 1 | ±inf: nan",
    "cosh": "nan: nan | 0: 1 | ±inf: inf",
    "exp": "nan: nan | 0: 1 | inf: inf | -inf: +0",
    "expm1": "nan: nan | +0: +0 | -0: -0 | inf: inf | -inf: -1",
    "floor": "whole: x | inf: inf | -inf: -inf | +0: +0 | -0: -0 | nan: nan",
    "log": "nan: nan | <0: nan | 0: -inf | 1: +0 | inf: inf",
    "log10": "nan: nan | <0: nan | 0: -inf | 1: +0 | inf: inf",
    "log1p": "nan: nan | <-1: nan | -1: -inf | -0: -0 | +0: +0 | inf: inf",
    "log2": "nan: nan | <0: nan | 0: -inf | 1: +0 | inf: inf",
    "negative": "+0: -0 | -0: +0 | inf: -inf | nan: nan",
    "positive": "+0: +0 | -0: -0 | inf: inf | nan: nan",
    "reciprocal": "nan: nan | +0: inf | -0: -inf | inf: +0 | -inf: -0",
    "round": "whole: x | inf: inf | -inf: -inf | +0: +0 | -0: -0 | nan: nan",
    "sign": "nan: nan | 0: zero | >0: 1 | <0: -1",
    "sin": "nan: nan | +0: +0 | -0: -0 | ±inf: nan",
    "sinh": "nan: nan | +0: +0 | -0: -0 | inf: inf | -inf: -inf",
    "sqrt": "nan: nan | <0: nan | +0: +0 | -0: -0 | inf: inf",
    "square": "nan: nan | ±inf: inf | 0: +0",
    "tan": "nan: nan | +0: +0 | -0: -0 | ±inf: nan",
    "tanh": "nan: nan | +0: +0 | -0: -0 | inf: 1 | -inf: -1",
    "trunc": "whole: x | inf: inf | -inf: -inf | +0: +0 | -0: -0 | nan: nan",
}
BINARY = {
    "add": "nan, any: nan | any, nan: nan | inf, -inf: nan | -inf, inf: nan | inf, inf: inf | -inf, -inf: -inf | "
    "inf, finite: inf | -inf, finite: -inf | finite, inf: inf | finite, -inf: -inf | -0, -0: -0 | -0, +0: +0 | "
    "+0, -0: +0 | +0, +0: +0 | 0, +: y | +, 0: x",
    "subtract": "nan, any: nan | inf, inf: nan | -inf, -inf: nan | +0, +0: +0 | -0, +0: -0 | inf, finite: inf",
    "atan2": "nan, any: nan | any, nan: nan | +, 0: pi/2 | +0, +: +0 | +0, +0: +0 | +0, -0: pi | +0, -: pi | "
    "-0, +: -0 | -0, +0: -0 | -0, -0: -pi | -0, -: -pi | -, 0: -pi/2 | +, inf: +0 | +, -inf: pi | -, inf: -0 | "
    "-, -inf: -pi | inf, finite: pi/2 | -inf, finite: -pi/2 | inf, inf: pi/4 | inf, -inf: 3pi/4 | -inf, inf: -pi/4 | "
    "-inf, -inf: -3pi/4",
    "copysign": "nan, +: nan | +0, -: -0 | -0, +: +0 | inf, -0: -inf | -inf, +0: inf",
    "divide": "nan, any: nan | any, nan: nan | ±inf, ±inf: nan | 0, 0: nan | +0, >0: +0 | -0, >0: -0 | +0, <0: -0 | "
    "-0, <0: +0 | >0, +0: inf | >0, -0: -inf | <0, +0: -inf | <0, -0: inf | inf, +: inf | inf, -: -inf | "
    "-inf, +: -inf | -inf, -: inf | +, inf: +0 | +, -inf: -0 | -, inf: -0 | -, -inf: +0",
    "floor_divide": "nan, any: nan | any, nan: nan | ±inf, ±inf: nan | 0, 0: nan | +0, >0: +0 | -0, >0: -0 | "
    "+0, <0: -0 | -0, <0: +0 | >0, +0: inf | >0, -0: -inf | <0, +0: -inf | <0, -0: inf | inf, +: inf | inf, -: -inf | "
    "-inf, +: -inf | -inf, -: inf | +, inf: +0 | +, -inf: -0 | -, inf: -0 | -, -inf: +0",
    "hypot": "±inf, any: inf | any, ±inf: inf | nan, finite: nan | finite, nan: nan",
    "logaddexp": "nan, finite: nan | finite, nan: nan | inf, finite: inf | finite, inf: inf",
    "maximum": "nan, any: nan | any, nan: nan | inf, finite: inf | -inf, finite: y",
    "minimum": "nan, any: nan | any, nan: nan | inf, finite: y | -inf, finite: -inf",
    "multiply": "nan, any: nan | any, nan: nan | ±inf, 0: nan | 0, ±inf: nan | inf, +: inf | inf, -: -inf | "
    "-inf, +: -inf | -inf, -: inf | inf, inf: inf | inf, -inf: -inf | +0, -: -0 | -0, -: +0",
    "nextafter": "nan, any: nan | any, nan: nan | +0, -0: -0 | -0, +0: +0 | 2, 2: 2",
    "pow": "any, 0: 1 | nan, +: nan | nan, -: nan | large, inf: inf | large, -inf: +0 | 1, any: 1 | -1, ±inf: 1 | "
    "small, inf: +0 | inf, >0: inf | inf, <0: +0 | -inf, odd: -inf | -inf, +other: inf | -inf, -odd: -0 | "
    "-inf, -other: +0 | +0, >0: +0 | +0, <0: inf | -0, odd: -0 | -0, +other: +0 | -0, -odd: -inf | -0, -other: inf | "
    "-1, fraction: nan | -, fraction: nan",
    "remainder": "nan, any: nan | any, nan: nan | ±inf, any: nan | 0, 0: nan | +0, +: +0 | -0, +: +0 | +0, -: -0 | "
    "-0, -: -0 | +, 0: nan | -, 0: nan | +, inf: x | +, -inf: y | -, inf: y | -, -inf: x",
}


def rows(text: str) -> Iterator[tuple[tuple[float, ...], str]]:
    """Operands and the word for the result, with kinds written out."""
    for line in text.split("|"):
        operands, result = line.split(":")
        for values in itertools.product(*(KINDS[word.strip()] for word in operands.split(","))):
            yield values, result.strip()


def result(word: str, values: tuple[float, ...]) -> float:
    return {"x": values[0], "y": values[-1]}.get(word, VALUES.get(word, nan))
