"""The kinds of input that every call is tried with: dtypes, memory layouts, shapes, values that break careless code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

Array = Any


def _transposed(x: Array) -> Array:
    """The same values in memory that runs the other way round."""
    return numpy.asfortranarray(x) if x.ndim else x


def _strided(x: Array) -> Array:
    """The same values as every second element of a larger array."""
    if not x.ndim:
        return x
    wide = numpy.zeros((*x.shape[:-1], 2 * x.shape[-1]), x.dtype)
    wide[..., ::2] = x
    return wide[..., ::2]


def _reversed(x: Array) -> Array:
    """The same values in memory with negative strides, which PyTorch cannot hold: it gets a copy."""
    return x[..., ::-1].copy()[..., ::-1] if x.ndim else x


def _to(dtype: str) -> Callable[[Array], Array]:
    return lambda x: numpy.trunc(numpy.abs(x) if dtype == "uint8" else x).astype(dtype)


def _special(x: Array) -> Array:
    """NaN, both infinities, both zeros among the values."""
    out = x.copy()
    flat = out.reshape(-1)
    for place, value in enumerate((numpy.nan, numpy.inf, -numpy.inf, 0.0, -0.0)):
        if place < flat.size:
            flat[place * max(1, flat.size // 5) % flat.size] = value
    return out


def _complex(x: Array) -> Array:
    return x + 1j * x[..., ::-1] * 0.5 if x.ndim else x + 0.5j


VARIANTS: dict[str, Callable[[Array], Array]] = {
    "plain": lambda x: x,
    "float32": lambda x: x.astype("float32"),
    "transposed": _transposed,
    "strided": _strided,
    "reversed": _reversed,
    "empty": lambda x: x[:0] if x.ndim else x,
    "0-d": lambda x: x.reshape(-1)[:1].reshape(()) if x.size else x,
    "int64": _to("int64"),
    "int32": _to("int32"),
    "uint8": _to("uint8"),
    "bool": lambda x: x > 0,
    "special": _special,
    "complex128": _complex,
}
DTYPES = ("int64", "int32", "uint8", "bool", "complex128")
"""Variants of other kinds of number."""
LAYOUTS = ("plain", "transposed", "strided", "reversed")
"""Variants of the same values."""
GRADIENTS = ("plain", "transposed", "strided", "reversed", "empty", "0-d", "complex128")
"""Variants whose gradients are compared too."""
SECOND = ("plain",)
"""Variants whose second gradients are compared."""
