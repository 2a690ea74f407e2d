"""Random whole numbers whose chances are given: Poisson and binomial. Nothing here is on the tape.

Small means by inversion: one uniform number walks up the probabilities. Large ones by transformed rejection (Hörmann
1993), repeated until every element has been accepted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.backend import MetaArray
from patchgrad.backend.random import Stream, default_stream
from patchgrad.errors import ArgumentError, DtypeError
from patchgrad.ops import shapes
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed

__all__ = ["binomial", "poisson"]

SMALL = 10.0


def _walk(xp: Any, chance: Any, first: Any, ratio: Callable[[int], Any]) -> Any:
    """The number at which the sum of probabilities passes ``chance``: ``first``, then each times ``ratio(k)``."""
    total, term, found = first, first, xp.zeros_like(chance)
    for k in range(1, 80):
        passed = chance >= total
        if not bool(xp.any(passed)):
            break
        found = xp.where(passed, float(k), found)
        term = term * ratio(k)
        total = total + term
    return found


def _reject(
    stream: Stream, backend: Any, shape: tuple[int, ...], a: Any, b: Any, v_r: Any, centre: Any, accept: Any
) -> Any:
    """Candidates ``floor((2a/us + b) u + centre)`` until the squeeze, or ``accept(k, us, v)``, has taken all."""
    xp = backend.xp
    found, open_ = xp.zeros(shape, dtype=xp.float64), xp.ones(shape, dtype=bool)
    while bool(xp.any(open_)):
        u = stream.uniform(shape, "float64", backend) - 0.5
        v = stream.uniform(shape, "float64", backend)
        us = 0.5 - xp.abs(u)
        safe = xp.where(us > 0, us, 1.0)
        k = xp.floor((2 * a / safe + b) * u + centre)
        with backend.quiet():
            taken = (us > 0) & (((us >= 0.07) & (v <= v_r)) | accept(k, safe, v))
        found = xp.where(open_ & taken, k, found)
        open_ = open_ & ~taken
    return found


def poisson(input: Tensor, generator: Stream | None = None) -> Tensor:
    """Whole numbers whose mean is ``input``; its shape and dtype. Raises ArgumentError for a negative mean."""
    if input.dtype.kind != "f":
        raise placed(DtypeError("a mean is a float", got=input.dtype.name, hint=".float()"))
    stream, backend = generator or default_stream(), input.backend
    if isinstance(input.data, MetaArray):
        return Tensor(MetaArray(input.shape, input.data.dtype))
    xp = backend.xp
    mean = xp.astype(input.data, xp.float64)
    if mean.size and not float(mean.min()) >= 0:
        raise placed(ArgumentError("a mean of counts is not negative", got=f"{float(mean.min())}", want="0 or more"))
    low = xp.clip(mean, 0.0, SMALL)
    small = _walk(xp, stream.uniform(input.shape, "float64", backend), xp.exp(-low), lambda k: low / k)
    found = (
        small
        if not bool(xp.any(mean > SMALL))
        else xp.where(mean > SMALL, _large_poisson(stream, backend, mean), small)
    )
    return Tensor(xp.astype(found, input.data.dtype))


def _large_poisson(stream: Stream, backend: Any, mean: Any) -> Any:
    """Hörmann's PTRS."""
    xp = backend.xp
    mean = xp.clip(mean, SMALL, None)
    b = 0.931 + 2.53 * xp.sqrt(mean)
    a = -0.059 + 0.02483 * b
    inverse, log = 1.1239 + 1.1328 / (b - 3.4), xp.log(mean)

    def accept(k: Any, us: Any, v: Any) -> Any:
        left = xp.log(xp.where(v > 0, v, 1e-300) * inverse / (a / (us * us) + b))
        return (k >= 0) & (left <= k * log - mean - xp.ops.lgamma(xp.where(k < 0, 0.0, k) + 1))

    return _reject(stream, backend, mean.shape, a, b, 0.9277 - 3.6224 / (b - 2), mean + 0.43, accept)


def binomial(count: Tensor, prob: Tensor, generator: Stream | None = None) -> Tensor:
    """How many of ``count`` trials succeed that each have the chance ``prob``; broadcast, the dtype of ``count``.

    Raises ArgumentError for a negative count or a chance outside [0, 1].
    """
    if count.dtype.kind != "f" or prob.dtype.kind != "f":
        raise placed(
            DtypeError("binomial takes floats", got=f"{count.dtype.name} and {prob.dtype.name}", hint=".float()")
        )
    stream, backend = generator or default_stream(), count.backend
    shape = shapes.broadcast(count.shape, prob.shape)
    if isinstance(count.data, MetaArray):
        return Tensor(MetaArray(shape, count.data.dtype))
    xp = backend.xp
    n, p = (xp.broadcast_to(xp.astype(x.data, xp.float64), shape) for x in (count, prob))
    if n.size and not (float(n.min()) >= 0 and float(p.min()) >= 0 and float(p.max()) <= 1):
        raise placed(ArgumentError("these are no trials", got="a negative count or a chance outside 0 to 1"))
    n, rare = xp.floor(n), xp.where(p > 0.5, 1 - p, p)
    many = n * rare > SMALL
    found = _small_binomial(xp, stream.uniform(shape, "float64", backend), xp.where(many, 0.0, n), rare)
    if bool(xp.any(many)):
        found = xp.where(
            many, _large_binomial(stream, backend, xp.where(many, n, 100.0), xp.where(many, rare, 0.5)), found
        )
    return Tensor(xp.astype(xp.where(p > 0.5, n - found, found), count.data.dtype))


def _small_binomial(xp: Any, chance: Any, n: Any, p: Any) -> Any:
    odds = p / (1 - p)
    found = _walk(xp, chance, xp.exp(n * xp.log1p(-p)), lambda k: odds * (n - (k - 1)) / k)
    return xp.where(found > n, n, found)


def _large_binomial(stream: Stream, backend: Any, n: Any, p: Any) -> Any:
    """Hörmann's BTRS, for n p >= 10 and p <= 1/2."""
    xp = backend.xp
    spread = xp.sqrt(n * p * (1 - p))
    b = 1.15 + 2.53 * spread
    a = -0.0873 + 0.0248 * b + 0.01 * p
    alpha, odds = (2.83 + 5.1 / b) * spread, xp.log(p / (1 - p))
    mode = xp.floor((n + 1) * p)
    with backend.quiet():
        top = xp.ops.lgamma(mode + 1) + xp.ops.lgamma(n - mode + 1)

    def accept(k: Any, us: Any, v: Any) -> Any:
        inside = (k >= 0) & (k <= n)
        k = xp.where(inside, k, mode)
        left = xp.log(xp.where(v > 0, v, 1e-300) * alpha / (a / (us * us) + b))
        return inside & (left <= top - xp.ops.lgamma(k + 1) - xp.ops.lgamma(n - k + 1) + (k - mode) * odds)

    return _reject(stream, backend, n.shape, a, b, 0.92 - 4.2 / b, n * p + 0.5, accept)
