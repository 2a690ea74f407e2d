"""Random tensors, drawn from the default stream (or a given one). Nothing here is on the tape."""

from __future__ import annotations

from typing import Any

from patchgrad.backend import MetaArray, get_backend
from patchgrad.backend.dtype import as_dtype, get_default_dtype
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
from patchgrad.ops import shapes
from patchgrad.ops.factory import factory, likeness
from patchgrad.ops.out import takes_out
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed

__all__ = [
    "bernoulli", "multinomial", "normal", "rand", "rand_like", "randint", "randint_like", "randn", "randn_like",
    "randperm",
]  # fmt: skip
HERE = (fork_rng, get_rng_state, initial_seed, manual_seed, seed, set_rng_state)
"""What PyTorch has in ``torch.random``, here in ``pg.random`` too."""
METHODS = "bernoulli multinomial"


def stream_of(generator: Stream | None) -> Stream:
    """The stream to draw from."""
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


def need(name: str, holds: Any, got: str, want: str) -> None:
    """Raise ArgumentError unless the numbers to draw with hold."""
    if not holds:
        raise placed(ArgumentError(f"{name} cannot draw with these numbers", got=got, want=want))


def _drawn(draw: Any, size: tuple[Any, ...], dtype: Any, device: Any, scale: float) -> Tensor:
    """Reals of ``draw``; two of them, scaled, for each complex number."""
    kind, sizes, backend = as_dtype(dtype or get_default_dtype()), shapes.sizes(size), get_backend(device)
    if any(entry < 0 for entry in sizes):
        raise placed(ArgumentError("a size cannot be negative", got=f"{tuple(sizes)}", want="0 or more"))
    if kind.kind != "c" or backend.name == "meta":
        return Tensor(draw(sizes, kind.to_real() if kind.kind == "c" else kind, backend))
    parts = draw((*sizes, 2), kind.to_real(), backend) * scale
    return Tensor(backend.xp.astype(parts[..., 0] + 1j * parts[..., 1], kind.numpy))


@factory
def rand(*size: Any, generator: Stream | None = None, dtype: Any = None, device: Any = None) -> Tensor:
    """Uniform in [0, 1); both parts of a complex number."""
    return _drawn(stream_of(generator).uniform, size, dtype, device, 1.0)


@factory
def randn(*size: Any, generator: Stream | None = None, dtype: Any = None, device: Any = None) -> Tensor:
    """Normal with mean 0 and variance 1, which the two parts of a complex number share."""
    return _drawn(stream_of(generator).normal, size, dtype, device, 0.5**0.5)


@factory
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
    elif high is None:
        low, high = 0, low
    return _whole(stream_of(generator).integers(low, high, shapes.sizes((size,)), get_backend(device)), dtype)


def _whole(found: Any, dtype: Any) -> Tensor:
    out = Tensor(found)
    return out if dtype is None else out.to(dtype=as_dtype(dtype))


@factory
def randperm(n: int, *, generator: Stream | None = None, dtype: Any = None, device: Any = None) -> Tensor:
    """The numbers below ``n`` in random order, int64."""
    shapes.whole((n,))
    return _whole(stream_of(generator).permutation(n, get_backend(device)), dtype)


@likeness
def rand_like(input: Tensor, *, generator: Stream | None = None, dtype: Any = None, device: Any = None) -> Tensor:
    """`rand` in the shape, dtype and place of ``input``."""
    return rand(input.shape, generator=generator, dtype=dtype or input.dtype, device=device or input.device)


@likeness
def randn_like(input: Tensor, *, generator: Stream | None = None, dtype: Any = None, device: Any = None) -> Tensor:
    """`randn` in the shape, dtype and place of ``input``."""
    return randn(input.shape, generator=generator, dtype=dtype or input.dtype, device=device or input.device)


@likeness
def randint_like(
    input: Tensor,
    low: int,
    high: int | None = None,
    *,
    generator: Stream | None = None,
    dtype: Any = None,
    device: Any = None,
) -> Tensor:
    """`randint` in the shape, dtype and place of ``input``."""
    place = {"dtype": dtype or input.dtype, "device": device or input.device}
    return randint(low, high, input.shape, generator=generator, **place)


@takes_out
def bernoulli(input: Tensor, p: float | None = None, *, generator: Stream | None = None) -> Tensor:
    """1 with the probability that ``input`` holds (or ``p``), else 0; the input's shape and dtype."""
    chances = stream_of(generator).uniform(input.shape, None, input.backend)
    if p is None and input.backend.name == "cpu" and input.numel():
        low, high = input.data.min(), input.data.max()
        need("bernoulli", low >= 0 and high <= 1, f"probabilities from {low} to {high}", "0 to 1")
    if isinstance(chances, MetaArray):
        return Tensor(MetaArray(input.shape, input.data.dtype))
    return Tensor(input.backend.xp.astype(chances < (input.data if p is None else p), input.data.dtype))


@factory
def normal(
    mean: Any = 0.0,
    std: Any = 1.0,
    size: Any = None,
    *,
    generator: Stream | None = None,
    dtype: Any = None,
    device: Any = None,
) -> Tensor:
    """Normal with this mean and standard deviation: numbers with a size, or tensors, which broadcast."""
    need("normal", isinstance(std, Tensor) or std >= 0, f"std={std}", "a standard deviation of 0 or more")
    tensors = [entry for entry in (mean, std) if isinstance(entry, Tensor)]
    if size is None and not tensors:
        raise placed(ArgumentError("normal needs a size where no tensor has one", got=f"{mean}, {std}", want="size="))
    if size is None:
        size, device = shapes.broadcast(*[entry.shape for entry in tensors]), tensors[0].device
        dtype = dtype or tensors[0].dtype
    mean, std = (entry.detach() if isinstance(entry, Tensor) else entry for entry in (mean, std))
    return randn(tuple(size), generator=generator, dtype=dtype, device=device) * std + mean


@takes_out
def multinomial(input: Any, num_samples: int, replacement: bool = False, *, generator: Stream | None = None) -> Tensor:
    """Indices drawn with probabilities in proportion to ``input`` (rows, or one): (*, num_samples) int64.

    Without replacement by the largest of log-weights with Gumbel noise. Source: Efraimidis and Spirakis 2006.
    """
    xp, stream = input.backend.xp, stream_of(generator)
    weights = xp.astype(input.data, xp.float64)
    least = float(xp.min(weights)) if input.numel() else 0.0
    need("multinomial", least >= 0, f"a weight of {least}", "weights of 0 or more")
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
