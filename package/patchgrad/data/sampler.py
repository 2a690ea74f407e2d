"""Samplers: in which order the samples of an epoch come.

A sampler answers ``order(epoch)`` with an int64 array of indices, the same for the same epoch every time;
that is what makes a loader resumable. Any iterable of indices serves as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from patchgrad.backend import host
from patchgrad.data.order import permutation
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
    """A fresh random order each epoch, a function of ``(seed, epoch)`` alone."""

    def __init__(self, data_source: Any, seed: int = 0) -> None:
        self._length = len(data_source)
        self.seed = seed

    def order(self, epoch: int) -> Any:
        return permutation(self._length, self.seed, epoch)

    def __len__(self) -> int:
        return self._length


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
