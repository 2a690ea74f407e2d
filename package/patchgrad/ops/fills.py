"""Methods that fill a tensor with random numbers, in place and without the tape."""

from __future__ import annotations

import math
from typing import Any

from patchgrad.backend import MetaArray
from patchgrad.backend.low import FLOATS
from patchgrad.backend.philox import SIGNIFICANT
from patchgrad.backend.random import Stream
from patchgrad.errors import ArgumentError, DtypeError
from patchgrad.ops.random import stream_of
from patchgrad.tensor import Tensor, views
from patchgrad.tensor.explain import placed

METHODS = "bernoulli_ cauchy_ exponential_ geometric_ log_normal_ normal_ random_ uniform_"
LEAST = 2.0**-54
"""Stands for 0 where a logarithm is taken."""


def uniform_(x: Tensor, from_: float = 0.0, to: float = 1.0, *, generator: Stream | None = None) -> Tensor:
    """Fill with uniform numbers in [from_, to)."""
    if to < from_:
        raise placed(ArgumentError("uniform_ needs bounds in order", got=f"{from_} to {to}"))
    return _filled(x, stream_of(generator).uniform(x.shape, x.dtype, x.backend), lambda u: u * (to - from_) + from_)


def normal_(x: Tensor, mean: float = 0.0, std: float = 1.0, *, generator: Stream | None = None) -> Tensor:
    """Fill with normal numbers."""
    _wants(std >= 0, "normal_ needs a standard deviation of 0 or more", f"std={std}")
    return _filled(x, stream_of(generator).normal(x.shape, x.dtype, x.backend), lambda z: z * std + mean)


def bernoulli_(x: Tensor, p: Any = 0.5, *, generator: Stream | None = None) -> Tensor:
    """Fill with 1 (probability ``p``, a number or a tensor of them) and 0."""
    chance = p.data if isinstance(p, Tensor) else p
    _wants(isinstance(p, Tensor) or 0 <= p <= 1, "a probability lies in [0, 1]", f"p={p}")
    return _filled(x, stream_of(generator).uniform(x.shape, None, x.backend), lambda u: u < chance)


def random_(x: Tensor, from_: int | None = None, to: int | None = None, *, generator: Stream | None = None) -> Tensor:
    """Fill with whole numbers from ``from_`` to ``to - 1``; with one bound from 0 up to below it.

    Without bounds: all that the dtype can hold from 0 up, each exactly.
    """
    if to is None:
        from_, to = 0, _end(x) if from_ is None else from_
    return _filled(x, stream_of(generator).integers(from_ or 0, to, x.shape, x.backend), lambda whole: whole)


def _end(x: Tensor) -> int:
    """One above the largest number up to which the dtype holds every whole one."""
    kind = x.dtype
    if kind.kind in FLOATS:
        return 2 ** {**SIGNIFICANT, "float64": 53}[kind.to_real().name] + 1
    return 2 if kind.kind == "b" else 2 ** (8 * kind.itemsize - (kind.kind == "i")) if kind.itemsize < 8 else 2**63 - 1


def exponential_(x: Tensor, lambd: float = 1.0, *, generator: Stream | None = None) -> Tensor:
    """Fill with waiting times of events that come ``lambd`` times per unit: density ``lambd * exp(-lambd * t)``."""
    _wants(lambd > 0, "exponential_ needs a rate above 0", f"lambd={lambd}")
    return _from_units(x, "exponential_", generator, lambda xp, u: xp.log(u) / -lambd)


def cauchy_(x: Tensor, median: float = 0.0, sigma: float = 1.0, *, generator: Stream | None = None) -> Tensor:
    """Fill from the Cauchy distribution: half of all lie within ``sigma`` of ``median``."""
    _wants(sigma > 0, "cauchy_ needs a width above 0", f"sigma={sigma}")
    return _from_units(x, "cauchy_", generator, lambda xp, u: median + sigma * xp.tan(math.pi * (u - 0.5)))


def geometric_(x: Tensor, p: float, *, generator: Stream | None = None) -> Tensor:
    """Fill with how many trials it takes until one succeeds, each with probability ``p``: 1, 2, ..."""
    _wants(0 < p < 1, "geometric_ needs a probability between 0 and 1", f"p={p}")
    return _from_units(x, "", generator, lambda xp, u: xp.maximum(xp.ceil(xp.log(u) / math.log1p(-p)), 1.0))


def log_normal_(x: Tensor, mean: float = 1.0, std: float = 2.0, *, generator: Stream | None = None) -> Tensor:
    """Fill with numbers whose logarithms are normal with this mean and standard deviation."""
    _wants(std > 0, "log_normal_ needs a standard deviation above 0", f"std={std}")
    _floating(x, "log_normal_")
    drawn = stream_of(generator).normal(x.shape, "float64", x.backend)
    return _filled(x, drawn, lambda z: x.backend.xp.exp(z * std + mean))


def _from_units(x: Tensor, name: str, generator: Stream | None, law: Any) -> Tensor:
    """By a function of uniform numbers in (0, 1)."""
    if name:
        _floating(x, name)
    drawn = stream_of(generator).uniform(x.shape, "float64", x.backend)
    xp = x.backend.xp
    return _filled(x, drawn, lambda u: law(xp, xp.maximum(u, xp.asarray(LEAST))))


def _floating(x: Tensor, name: str) -> None:
    if x.dtype.kind != "f":
        raise placed(DtypeError(f"{name} fills floating tensors", got=x.dtype.name))


def _wants(holds: bool, title: str, got: str) -> None:
    if not holds:
        raise placed(ArgumentError(title, got=got, want="numbers that can be drawn with"))


def _filled(x: Tensor, drawn: Any, law: Any) -> Tensor:
    views.refuse_leaf(x)
    if not isinstance(drawn, MetaArray):
        views.store(x, Tensor(x.backend.xp.astype(law(drawn), x.data.dtype)))
    return x
