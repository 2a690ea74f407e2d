"""A call of a public function as data, so that it can be made of both libraries and with many kinds of input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy


@dataclass(frozen=True)
class Real:
    """A place for an array of reals between ``low`` and ``high``; the variants change its dtype, memory and shape."""

    shape: tuple[int, ...]
    low: float = -2.0
    high: float = 2.0
    fixed: bool = False
    """Stays as it is in every variant (a weight whose dtype the function leaves no choice for)."""

    constant: bool = False
    """Asks for no gradient: PyTorch has none for it."""

    def draw(self, rng: numpy.random.Generator) -> Any:
        return rng.uniform(self.low, self.high, self.shape)


@dataclass(frozen=True)
class Whole:
    """A place for whole numbers from ``low`` to ``high - 1``: an index, a class, a count. No variant changes it."""

    shape: tuple[int, ...]
    high: int
    low: int = 0
    dtype: str = "int64"

    def draw(self, rng: numpy.random.Generator) -> Any:
        return rng.integers(self.low, self.high, self.shape).astype(self.dtype)


@dataclass(frozen=True)
class Truth:
    """A place for a mask. No variant changes it."""

    shape: tuple[int, ...]

    def draw(self, rng: numpy.random.Generator) -> Any:
        return rng.uniform(size=self.shape) < 0.5


def R(*shape: int, low: float = -2.0, high: float = 2.0, fixed: bool = False, constant: bool = False) -> Real:
    return Real(shape, low, high, fixed, constant)


def I(*shape: int, high: int, low: int = 0) -> Whole:  # noqa: E743
    return Whole(shape, high, low)


def B(*shape: int) -> Truth:
    return Truth(shape)


@dataclass(frozen=True)
class Case:
    """One call. ``name`` is looked up in both libraries: ``sum``, ``linalg.inv``, ``nn.functional.relu``.

    Fields
        inputs    `R`, `I`, `B`, a list of them, or a plain value that both libraries take
        kwargs    keyword arguments, which may hold places too
        without   variants left out, with the reason: a written difference from PyTorch
        only      the only variants that make sense (None: all)
        rtol      relative tolerance in float64, where sums are taken in another order
        prepare   makes what is given to the function from the inputs, in both libraries (a symmetric matrix, say);
                  gradients are those of the inputs before
        strides   the result depends on how the input lies in memory
        choose    picks from the result what both libraries define (the sign of an eigenvector is free)
    """

    name: str
    inputs: tuple[Any, ...]
    kwargs: dict[str, Any] = field(default_factory=dict[str, Any])
    without: dict[str, str] = field(default_factory=dict[str, str])
    only: tuple[str, ...] | None = None
    rtol: float = 1e-9
    second: bool = True
    prepare: Callable[..., tuple[Any, ...]] = lambda *given: given
    choose: Callable[[Any], Any] = lambda found: found
    label: str = ""
    strides: bool = False

    def __str__(self) -> str:
        return f"{self.name}-{self.label}" if self.label else self.name


def case(name: str, *inputs: Any, **fields: Any) -> Case:
    """``case("sum", R(3, 4), kwargs={"dim": 1})``."""
    return Case(name, inputs, **fields)
