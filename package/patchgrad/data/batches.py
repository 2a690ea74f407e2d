"""Which samples make a batch: cut from an order, or given batch by batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from patchgrad.backend import host
from patchgrad.data.sampler import GivenOrder, Sampler
from patchgrad.errors import ArgumentError


class BatchSampler:
    """Cuts the order of a sampler into batches of indices.

    Parameters
        sampler     a sampler, or any iterable of indices
        batch_size  indices in a batch
        drop_last   leave out a last batch that is too short
    """

    def __init__(self, sampler: Sampler | Iterable[int], batch_size: int, drop_last: bool = False) -> None:
        if isinstance(batch_size, bool) or not isinstance(batch_size, int) or batch_size < 1:
            raise ArgumentError(
                "DataLoader cannot use the batch size", got=repr(batch_size), want="an integer of 1 or more"
            )
        self.sampler = sampler if isinstance(sampler, Sampler) else GivenOrder(sampler)
        self.batch_size = batch_size
        self.drop_last = drop_last

    def batches(self, epoch: int) -> list[Any]:
        """The batches of an epoch: int64 arrays of indices."""
        order = self.sampler.order(epoch)
        return [order[number * self.batch_size : (number + 1) * self.batch_size] for number in range(len(self))]

    def __iter__(self) -> Iterator[list[int]]:
        return (batch.tolist() for batch in self.batches(0))

    def __len__(self) -> int:
        whole, rest = divmod(len(self.sampler), self.batch_size)
        return whole if self.drop_last or rest == 0 else whole + 1


class GivenBatches:
    """The batches of any iterable of lists of indices, asked again each epoch."""

    def __init__(self, batches: Iterable[Iterable[int]]) -> None:
        self._batches = batches

    def batches(self, epoch: int) -> list[Any]:
        return [host.asarray(list(batch), dtype=host.int64) for batch in self._batches]

    def __len__(self) -> int:
        if not hasattr(self._batches, "__len__"):
            raise ArgumentError(
                "the batch sampler has no length", got=type(self._batches).__name__, hint="give it a __len__"
            )
        return len(self._batches)  # type: ignore[arg-type]
