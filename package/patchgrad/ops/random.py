"""Random tensors, drawn from the default stream (or a given one). Nothing here is on the tape."""

from __future__ import annotations

from collections.abc import Callable
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
from patchgrad.errors import ArgumentError, PatchgradError
from patchgrad.ops.creation import _sizes, refused
from patchgrad.ops.shapes import whole
from patchgrad.tensor import Tensor, views
from patchgrad.tensor.explain import placed

__all__ = [
    "bernoulli", "multinomial", "normal", "rand", "rand_like", "randint", "randint_like", "randn", "randn_like",
    "randperm",
]  # fmt: skip
HERE = (fork_rng, get_rng_state, initial_seed, manual_seed, seed, set_rng_state)
"""What PyTorch has in ``torch.random``, here in ``pg.random`` too."""
METHODS = "bernoulli bernoulli_ multinomial normal_ random_ uniform_"


def _stream(generator: Stream | None) -> Stream:
    if generator is None:
        return default_stream()
    if not isinstance(generator, Stream):
        raise placed(
            ArgumentError(
                "this is no generator of patchgrad",
                got=f"{type(generator).__module__}.{type(generator).__name__}",
                want="pg.Generator()",
                hint="pg.Generator().manual_seed(0)",
            )
        )
    return generator


def _need(name: str, holds: Any, got: str, want: str) -> None:
    if not holds:
        raise placed(ArgumentError(f"{name} cannot draw with these numbers", got=got, want=want))


def _above_zero(name: str, std: Any) -> None:
    least = std.data.min() if isinstance(std, Tensor) and std.backend.name == "cpu" and std.numel() else std
    _need(name, isinstance(least, Tensor) or least >= 0, f"std={least}", "a standard deviation of 0 or more")


def _drawn(name: str, draw: Callable[..., Any], size: tuple[int, ...], dtype: Any, device: Any) -> Any:
    try:
        return draw(size, dtype, get_backend(device))
    except (TypeError, ValueError, OverflowError, MemoryError) as error:
        raise error if isinstance(error, PatchgradError) else refused(name, size, error) from None


def rand(
    *size: Any, generator: Stream | None = None, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Uniform in [0, 1)."""
    array = _drawn("rand", _stream(generator).uniform, _sizes(size), dtype, device)
    return Tensor(array).requires_grad_(requires_grad)


def randn(
    *size: Any, generator: Stream | None = None, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Normal with mean 0 and standard deviation 1."""
    array = _drawn("randn", _stream(generator).normal, _sizes(size), dtype, device)
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
    whole((n,))
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


def bernoulli(input: Tensor, *, generator: Stream | None = None) -> Tensor:
    """1 with the probability that ``input`` holds, else 0; the input's shape and dtype."""
    chances = _stream(generator).uniform(input.shape, None, input.backend)
    if input.backend.name == "cpu" and input.numel():
        low, high = input.data.min(), input.data.max()
        _need("bernoulli", low >= 0 and high <= 1, f"probabilities from {low} to {high}", "0 to 1")
    if isinstance(chances, MetaArray):
        return Tensor(MetaArray(input.shape, input.data.dtype))
    return Tensor(input.backend.xp.astype(chances < input.data, input.data.dtype))


def normal(mean: Any, std: Any, size: Any = None, *, generator: Stream | None = None) -> Tensor:
    """Normal with this mean and standard deviation: numbers with a size, or tensors."""
    _above_zero("normal", std)
    if size is None:
        size = mean.shape if isinstance(mean, Tensor) else std.shape
    return randn(tuple(size), generator=generator) * std + mean


def multinomial(input: Any, num_samples: int, replacement: bool = False, *, generator: Stream | None = None) -> Tensor:
    """Indices drawn with probabilities in proportion to ``input`` (rows, or one): (*, num_samples) int64.

    Without replacement by the largest of log-weights with Gumbel noise. Source: Efraimidis and Spirakis 2006.
    """
    xp, stream = input.backend.xp, _stream(generator)
    weights = xp.astype(input.data, xp.float64)
    least = float(xp.min(weights)) if input.numel() else 0.0
    _need("multinomial", least >= 0, f"a weight of {least}", "weights of 0 or more")
    if replacement:
        edges = xp.cumulative_sum(weights, axis=-1)
        edges = edges / edges[..., -1:]
        chances = stream.uniform((*input.shape[:-1], num_samples), "float64", input.backend)
        return Tensor(xp.sum(xp.astype(chances[..., None] >= edges[..., None, :], xp.int64), axis=-1))
    if num_samples > int(xp.min(xp.sum(xp.astype(weights > 0, xp.int64), axis=-1))):
        raise placed(
            ArgumentError(
                "multinomial cannot draw so many without replacement",
                got=f"num_samples={num_samples}",
                want="as many as there are weights above 0, at most",
                hint="replacement=True",
            )
        )
    chances = stream.uniform(input.shape, "float64", input.backend)
    keys = xp.where(weights > 0, -xp.log1p(-chances) / xp.where(weights > 0, weights, 1.0), xp.inf)
    return Tensor(xp.argsort(keys, axis=-1, stable=True)[..., :num_samples])


def uniform_(x: Tensor, low: float = 0.0, high: float = 1.0, *, generator: Stream | None = None) -> Tensor:
    """Fill with uniform numbers in [low, high)."""
    return _fill(x, _stream(generator).uniform(x.shape, x.dtype, x.backend), high - low, low)


def normal_(x: Tensor, mean: float = 0.0, std: float = 1.0, *, generator: Stream | None = None) -> Tensor:
    """Fill with normal numbers."""
    _above_zero("normal_", std)
    return _fill(x, _stream(generator).normal(x.shape, x.dtype, x.backend), std, mean)


def bernoulli_(x: Tensor, p: float = 0.5, *, generator: Stream | None = None) -> Tensor:
    """Fill with 1 (probability ``p``) and 0."""
    _need("bernoulli_", isinstance(p, Tensor) or 0 <= p <= 1, f"p={p}", "0 to 1")
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
