"""Samplers: in which order the samples of an epoch come.

A sampler answers ``order(epoch)`` with an int64 array of indices, the same for the same epoch every time;
that is what makes a loader resumable. Any iterable of indices serves as well. A ``generator`` gives the seed (its key):
what it drew before plays no part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from patchgrad.backend import host
from patchgrad.backend.random import Stream
from patchgrad.data.order import permutation, stream_of
from patchgrad.errors import ArgumentError


class Sampler:
    """Base of all samplers; a family writes ``order`` and ``__len__``."""

    def order(self, epoch: int) -> Any:
        """The indices of an epoch, in order: (len(self),) int64."""
        raise NotImplementedError(f"{type(self).__name__} has no order method")

    def __len__(self) -> int:
        raise NotImplementedError(f"{type(self).__name__} has no __len__ method")

    def __iter__(self) -> Iterator[int]:
        return iter(self.order(0).tolist())


class SequentialSampler(Sampler):
    """0, 1, 2 ..."""

    def __init__(self, data_source: Any) -> None:
        self._length = len(data_source)

    def order(self, epoch: int) -> Any:
        return host.arange(self._length)

    def __len__(self) -> int:
        return self._length


class RandomSampler(Sampler):
    """A fresh random order each epoch, a function of ``(seed, epoch)`` alone.

    Parameters
        replacement  draw each index anew, so that samples come more than once or not at all
        num_samples  how many to draw; by default as many as there are. Without replacement all come once before any
                     comes twice
        generator    gives the seed
    """

    def __init__(
        self,
        data_source: Any,
        replacement: bool = False,
        num_samples: int | None = None,
        generator: Stream | None = None,
        *,
        seed: int = 0,
    ) -> None:
        self._length = len(data_source)
        self.replacement = replacement
        self.num_samples = self._length if num_samples is None else _count("RandomSampler", num_samples)
        self.seed = seed if generator is None else generator.key

    def order(self, epoch: int) -> Any:
        if self.replacement:
            return stream_of(self.seed, epoch).integers(0, self._length, (self.num_samples,))
        if self.num_samples == self._length:
            return permutation(self._length, self.seed, epoch)
        rounds = -(-self.num_samples // self._length)
        stream = stream_of(self.seed, epoch)
        return host.concatenate([stream.permutation(self._length) for _ in range(rounds)])[: self.num_samples]

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(Sampler):
    """The given indices in a fresh random order each epoch."""

    def __init__(self, indices: Sequence[int], generator: Stream | None = None, *, seed: int = 0) -> None:
        self.indices = host.asarray(indices, dtype=host.int64)
        self.seed = seed if generator is None else generator.key

    def order(self, epoch: int) -> Any:
        return self.indices[permutation(len(self.indices), self.seed, epoch)]

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Sampler):
    """Index i comes with a chance in proportion to ``weights[i]``: for classes of unequal size.

    Parameters
        weights      one number of 0 or more per sample
        num_samples  how many to draw
        replacement  False: no index twice, as when one is drawn after the other from those that are left
    Source
        Efraimidis and Spirakis 2006, Weighted random sampling with a reservoir (without replacement).
    """

    def __init__(
        self,
        weights: Sequence[float],
        num_samples: int,
        replacement: bool = True,
        generator: Stream | None = None,
        *,
        seed: int = 0,
    ) -> None:
        self.weights = host.asarray(getattr(weights, "data", weights), dtype=host.float64)
        self.num_samples = _count("WeightedRandomSampler", num_samples)
        self.replacement = replacement
        self.seed = seed if generator is None else generator.key
        if self.weights.ndim != 1 or not (self.weights >= 0).all() or not self.weights.sum() > 0:
            raise ArgumentError(
                "WeightedRandomSampler cannot use the weights",
                got=f"shape {self.weights.shape}, from {self.weights.min():g} to {self.weights.max():g}",
                want="a list of numbers of 0 or more, not all 0",
            )
        if not replacement and num_samples > int((self.weights > 0).sum()):
            raise ArgumentError(
                "WeightedRandomSampler cannot draw that many without replacement",
                got=f"num_samples={num_samples}",
                want=f"at most {int((self.weights > 0).sum())}, the weights above 0",
            )

    def order(self, epoch: int) -> Any:
        stream = stream_of(self.seed, epoch)
        if self.replacement:
            ends = host.cumsum(self.weights)
            drawn = stream.uniform((self.num_samples,), "float64") * ends[-1]
            return host.searchsorted(ends, drawn, side="right").astype(host.int64)
        drawn = stream.uniform((len(self.weights),), "float64")
        with host.errstate(divide="ignore"):
            waiting = -host.log1p(-drawn) / self.weights
        return host.argsort(waiting, stable=True)[: self.num_samples]

    def __len__(self) -> int:
        return self.num_samples


class GivenOrder(Sampler):
    """The order of any iterable of indices, asked again each epoch."""

    def __init__(self, indices: Iterable[int]) -> None:
        self._indices = indices

    def order(self, epoch: int) -> Any:
        return host.asarray(list(self._indices), dtype=host.int64)

    def __len__(self) -> int:
        if not hasattr(self._indices, "__len__"):
            raise ArgumentError("the sampler has no length", got=type(self._indices).__name__, hint="give it a __len__")
        return len(self._indices)  # type: ignore[arg-type]


def _count(sampler: str, num_samples: Any) -> int:
    if isinstance(num_samples, bool) or not isinstance(num_samples, int) or num_samples < 1:
        raise ArgumentError(f"{sampler} cannot use num_samples={num_samples!r}", want="an integer of 1 or more")
    return num_samples
