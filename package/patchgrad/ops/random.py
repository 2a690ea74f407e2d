"""Random tensors, drawn from the default stream (or a given one). Nothing here is on the tape."""

from __future__ import annotations

from typing import Any

from patchgrad.backend import MetaArray, get_backend
from patchgrad.backend.dtype import as_dtype
from patchgrad.backend.random import (
    Stream,
    default_stream,
    fork_rng,
    get_rng_state,
    initial_seed,
    manual_seed,
    seed,
    set_rng_state,
)
from patchgrad.errors import ArgumentError
from patchgrad.ops.out import takes_out
from patchgrad.tensor import Tensor, views
from patchgrad.tensor.explain import placed

__all__ = [
    "bernoulli", "multinomial", "normal", "rand", "rand_like", "randint", "randint_like", "randn", "randn_like",
    "randperm",
]  # fmt: skip
HERE = (fork_rng, get_rng_state, initial_seed, manual_seed, seed, set_rng_state)
"""What PyTorch has in ``torch.random``, here in ``pg.random`` too."""
METHODS = "bernoulli bernoulli_ multinomial normal_ random_ uniform_"


def _sizes(size: tuple[Any, ...]) -> tuple[int, ...]:
    return tuple(size[0]) if len(size) == 1 and not isinstance(size[0], int) else tuple(size)


def _stream(generator: Stream | None) -> Stream:
    return default_stream() if generator is None else generator


def rand(
    *size: Any, generator: Stream | None = None, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Uniform in [0, 1)."""
    array = _stream(generator).uniform(_sizes(size), dtype, get_backend(device))
    return Tensor(array).requires_grad_(requires_grad)


def randn(
    *size: Any, generator: Stream | None = None, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Normal with mean 0 and standard deviation 1."""
    array = _stream(generator).normal(_sizes(size), dtype, get_backend(device))
    return Tensor(array).requires_grad_(requires_grad)


def randint(
    low: int,
    high: Any = None,
    size: Any = None,
    *,
    generator: Stream | None = None,
    dtype: Any = None,
    device: Any = None,
) -> Tensor:
    """Whole numbers from ``low`` (0 if only one bound is given) to ``high - 1``, int64."""
    if size is None:
        low, high, size = 0, low, high
    found = _stream(generator).integers(low, high, tuple(size), get_backend(device))
    out = Tensor(found)
    return out if dtype is None else out.to(dtype=as_dtype(dtype))


def randperm(n: int, *, generator: Stream | None = None, device: Any = None) -> Tensor:
    """The numbers below ``n`` in random order, int64."""
    return Tensor(_stream(generator).permutation(n, get_backend(device)))


def rand_like(x: Tensor, *, generator: Stream | None = None, dtype: Any = None, device: Any = None) -> Tensor:
    """`rand` in the shape, dtype and place of ``x``."""
    return rand(x.shape, generator=generator, dtype=dtype or x.dtype, device=device or x.device)


def randn_like(x: Tensor, *, generator: Stream | None = None, dtype: Any = None, device: Any = None) -> Tensor:
    """`randn` in the shape, dtype and place of ``x``."""
    return randn(x.shape, generator=generator, dtype=dtype or x.dtype, device=device or x.device)


def randint_like(x: Tensor, low: int, high: int | None = None, *, generator: Stream | None = None) -> Tensor:
    """`randint` in the shape, dtype and place of ``x``."""
    low, high = (0, low) if high is None else (low, high)
    return randint(low, high, x.shape, generator=generator, dtype=x.dtype, device=x.device)


@takes_out
def bernoulli(input: Tensor, *, generator: Stream | None = None) -> Tensor:
    """1 with the probability that ``input`` holds, else 0; the input's shape and dtype."""
    chances = _stream(generator).uniform(input.shape, None, input.backend)
    if isinstance(chances, MetaArray):
        return Tensor(MetaArray(input.shape, input.data.dtype))
    return Tensor(input.backend.xp.astype(chances < input.data, input.data.dtype))


def normal(mean: Any, std: Any, size: Any = None, *, generator: Stream | None = None) -> Tensor:
    """Normal with this mean and standard deviation: numbers with a size, or tensors."""
    if size is None:
        size = mean.shape if isinstance(mean, Tensor) else std.shape
    return randn(tuple(size), generator=generator) * std + mean


@takes_out
def multinomial(input: Any, num_samples: int, replacement: bool = False, *, generator: Stream | None = None) -> Tensor:
    """Indices drawn with probabilities in proportion to ``input`` (rows, or one): (*, num_samples) int64.

    Without replacement by the largest of log-weights with Gumbel noise. Source: Efraimidis and Spirakis 2006.
    """
    xp, stream = input.backend.xp, _stream(generator)
    weights = xp.astype(input.data, xp.float64)
    if replacement:
        edges = xp.cumulative_sum(weights, axis=-1)
        edges = edges / edges[..., -1:]
        chances = stream.uniform((*input.shape[:-1], num_samples), "float64", input.backend)
        return Tensor(xp.sum(xp.astype(chances[..., None] >= edges[..., None, :], xp.int64), axis=-1))
    if num_samples > int(xp.min(xp.sum(xp.astype(weights > 0, xp.int64), axis=-1))):
        raise placed(ArgumentError("multinomial cannot draw so many without replacement", got=f"{num_samples}"))
    chances = stream.uniform(input.shape, "float64", input.backend)
    keys = xp.where(weights > 0, -xp.log1p(-chances) / xp.where(weights > 0, weights, 1.0), xp.inf)
    return Tensor(xp.argsort(keys, axis=-1, stable=True)[..., :num_samples])


def uniform_(x: Tensor, low: float = 0.0, high: float = 1.0, *, generator: Stream | None = None) -> Tensor:
    """Fill with uniform numbers in [low, high)."""
    return _fill(x, _stream(generator).uniform(x.shape, x.dtype, x.backend), high - low, low)


def normal_(x: Tensor, mean: float = 0.0, std: float = 1.0, *, generator: Stream | None = None) -> Tensor:
    """Fill with normal numbers."""
    return _fill(x, _stream(generator).normal(x.shape, x.dtype, x.backend), std, mean)


def bernoulli_(x: Tensor, p: float = 0.5, *, generator: Stream | None = None) -> Tensor:
    """Fill with 1 (probability ``p``) and 0."""
    chances = _stream(generator).uniform(x.shape, None, x.backend)
    return x if isinstance(chances, MetaArray) else _fill(x, chances < p, 1, 0)


def random_(x: Tensor, low: int = 0, high: int = 2**24, *, generator: Stream | None = None) -> Tensor:
    """Fill with whole numbers from ``low`` to ``high - 1``."""
    return _fill(x, _stream(generator).integers(low, high, x.shape, x.backend), 1, 0)


def _fill(x: Tensor, values: Any, scale: float, shift: float) -> Tensor:
    views.refuse_leaf(x)
    if not isinstance(values, MetaArray):
        views.store(x, Tensor(x.backend.xp.astype(values * scale + shift, x.data.dtype)))
    return x
