"""Orthogonal polynomials, by their three-term recurrences (https://dlmf.nist.gov/18.9).

One op per family. Its attribute ``order`` says which derivative is meant: derivatives follow the same recurrence, so
each gradient rule is the op itself, one order higher.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from patchgrad.autograd.op import OpSpec, Sample, define
from patchgrad.ops import shapes
from patchgrad.ops.pointwise import apart, into
from patchgrad.ops.precise import precise
from patchgrad.tensor import Tensor, apply

__all__: list[str] = []


@dataclass(frozen=True)
class Family:
    """``p0 = 1``, ``p1 = slope x + start``, ``p(k+1) = (a x + b) p(k) - c p(k-1)`` with ``step(k) = a, b, c``."""

    slope: float
    start: float
    step: Callable[[int], tuple[float, float, float]]
    shifted: bool = False
    """A polynomial of ``2 x - 1``."""


def _evaluate(family: Family, order: int) -> Callable[..., Any]:
    def function(xp: Any, x: Any, n: Any) -> Any:
        degree = xp.trunc(n)
        x = 2 * x - 1 if family.shifted else x
        zero, one = xp.zeros_like(x), xp.ones_like(x)
        before = [one] + [zero] * order
        now = [family.slope * x + family.start, family.slope * one, *[zero] * order][: order + 1]
        found = xp.where(degree == 0, before[order], xp.where(degree == 1, now[order], zero))
        for k in range(1, int(xp.max(degree)) if x.size else 0):
            before, now = now, _next(family, x, k, before, now)
            found = xp.where(degree == k + 1, now[order], found)
        return found * 2.0**order if family.shifted else found

    return precise(function)


def _next(family: Family, x: Any, k: int, before: list[Any], now: list[Any]) -> list[Any]:
    """The polynomial of the next degree and its derivatives."""
    a, b, c = family.step(k)
    line = a * x + b
    later = [line * now[0] - c * before[0]]
    return later + [line * now[m] + m * a * now[m - 1] - c * before[m] for m in range(1, len(now))]


def _forward(family: Family) -> Callable[..., Any]:
    return lambda xp, x, n, *, order=0: _evaluate(family, order)(xp, x, n)


def _samples(draw: Callable[..., Any]) -> list[Sample]:
    degrees = draw(4) * 0 + [0.0, 1.0, 2.0, 5.0]
    return [
        Sample((draw(3, 4, low=-0.9, high=0.9), degrees), {"order": 0}),
        Sample((draw(3, 1), degrees), {"order": 1}, "derivative"),
    ]


def _op(name: str, family: Family, formula: str) -> OpSpec:
    return define(
        name,
        inputs=("a", "b"),
        elementwise=True,
        forward=_forward(family),
        shape=shapes.broadcast,
        dtype="float",
        saves=("a", "b"),
        vjps={"a": lambda xp, ct, s: ct * getattr(xp.ops, name)(s.a, s.b, order=s.order + 1)},
        formula=formula,
        cost=lambda a, b, **_: 20 * shapes.count(shapes.broadcast(a, b)),
        samples=_samples,
        errors=apart,
    )


def _caller(op: OpSpec, doc: str) -> Callable[..., Tensor]:
    def call(input: Any, n: Any, *, out: Tensor | None = None) -> Tensor:
        return into(out, apply(op, input, n, order=0))

    call.__name__ = call.__qualname__ = op.name
    call.__doc__ = f"{doc} of degree ``n``; broadcast. 0 for n < 0; a part of ``n`` after the point is ignored."
    call.op = op  # type: ignore[attr-defined]
    return call


def _twice(k: int) -> tuple[float, float, float]:
    return 2.0, 0.0, 1.0


CHEBYSHEV = {"t": (1.0, 0.0), "u": (2.0, 0.0), "v": (2.0, -1.0), "w": (2.0, 1.0)}
"""Slope and start of the four kinds, which share their recurrence."""
ORDINAL = dict(zip("tuvw", ("first", "second", "third", "fourth"), strict=True))
FAMILIES = {
    **{f"chebyshev_polynomial_{k}": Family(*first, _twice) for k, first in CHEBYSHEV.items()},
    **{f"shifted_chebyshev_polynomial_{k}": Family(*first, _twice, shifted=True) for k, first in CHEBYSHEV.items()},
    "hermite_polynomial_h": Family(2.0, 0.0, lambda k: (2.0, 0.0, 2.0 * k)),
    "hermite_polynomial_he": Family(1.0, 0.0, lambda k: (1.0, 0.0, float(k))),
    "laguerre_polynomial_l": Family(-1.0, 1.0, lambda k: (-1 / (k + 1), (2 * k + 1) / (k + 1), k / (k + 1))),
    "legendre_polynomial_p": Family(1.0, 0.0, lambda k: ((2 * k + 1) / (k + 1), 0.0, k / (k + 1))),
}


def _letter(name: str) -> str:
    return {"hermite_polynomial_he": r"\mathrm{He}"}.get(name, name[-1].upper() + ("^*" if "shifted" in name else ""))


OPS = {name: _op(name, family, f"{_letter(name)}_b(a)") for name, family in FAMILIES.items()}


def _public(name: str) -> Callable[..., Tensor]:
    kind = ORDINAL.get(name[-1], "")
    words = {
        "chebyshev": f"The Chebyshev polynomial of the {kind} kind,",
        "shifted": f"The Chebyshev polynomial of the {kind} kind, of ``2 input - 1``,",
        "hermite": f"The {'probabilist' if name.endswith('he') else 'physicist'}'s Hermite polynomial",
        "laguerre": "The Laguerre polynomial",
        "legendre": "The Legendre polynomial",
    }
    return _caller(OPS[name], words[name.split("_")[0]])


chebyshev_polynomial_t = _public("chebyshev_polynomial_t")
chebyshev_polynomial_u = _public("chebyshev_polynomial_u")
chebyshev_polynomial_v = _public("chebyshev_polynomial_v")
chebyshev_polynomial_w = _public("chebyshev_polynomial_w")
shifted_chebyshev_polynomial_t = _public("shifted_chebyshev_polynomial_t")
shifted_chebyshev_polynomial_u = _public("shifted_chebyshev_polynomial_u")
shifted_chebyshev_polynomial_v = _public("shifted_chebyshev_polynomial_v")
shifted_chebyshev_polynomial_w = _public("shifted_chebyshev_polynomial_w")
hermite_polynomial_h = _public("hermite_polynomial_h")
hermite_polynomial_he = _public("hermite_polynomial_he")
laguerre_polynomial_l = _public("laguerre_polynomial_l")
legendre_polynomial_p = _public("legendre_polynomial_p")
