"""Data sets made of others, and data sets that are read rather than looked up."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Any

from patchgrad.data.dataset import Dataset, no_sample, not_written
from patchgrad.errors import DataError


class ConcatDataset(Dataset):
    """One data set after the other; ``a + b`` makes one of two.

    Errors
        DataError  for no data sets, or one without a length.
    """

    def __init__(self, datasets: Iterable[Any]) -> None:
        self.datasets = list(datasets)
        bad = [type(part).__name__ for part in self.datasets if isinstance(part, IterableDataset)]
        if not self.datasets or bad:
            raise DataError(
                "ConcatDataset cannot join its data sets",
                got=", ".join(bad) or "no data sets",
                want="data sets with a length",
                hint="ChainDataset joins those that are read" if bad else "",
            )
        self.cumulative_sizes = list(accumulate(len(part) for part in self.datasets))

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]

    def __getitem__(self, index: int) -> Any:
        if not -len(self) <= index < len(self):
            raise no_sample(self, index)
        index %= len(self)
        part = bisect_right(self.cumulative_sizes, index)
        return self.datasets[part][index - (self.cumulative_sizes[part - 1] if part else 0)]


class StackDataset(Dataset):
    """Data sets of one length side by side: ``StackDataset(images, labels)`` gives tuples, with names dictionaries.

    Errors
        DataError  for no data sets, data sets of different lengths, or some with and some without a name.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        lengths = [len(part) for part in (*args, *kwargs.values())]
        if len(set(lengths)) != 1 or (args and kwargs):
            raise DataError(
                "StackDataset cannot put its data sets side by side",
                got="some with and some without a name" if args and kwargs else f"lengths {lengths}",
                want="one or more data sets of one length, all with a name or none",
            )
        self.datasets: Any = kwargs or args

    def __len__(self) -> int:
        return len(next(iter(self.datasets.values() if isinstance(self.datasets, dict) else self.datasets)))

    def __getitem__(self, index: int) -> Any:
        if isinstance(self.datasets, dict):
            return {name: part[index] for name, part in self.datasets.items()}
        return tuple(part[index] for part in self.datasets)


class IterableDataset(Dataset):
    """Base of data sets that are read from beginning to end, as from a file: write ``__iter__``.

    A loader reads them in their own order: no sampler, no shuffling. A ``__len__`` is not needed.
    """

    def __iter__(self) -> Iterator[Any]:
        raise not_written(self, "__iter__(self)", "one sample after the other")

    def __len__(self) -> int:
        raise TypeError(f"{type(self).__name__} has no length: it is read, not looked up")

    def __add__(self, other: Any) -> Any:
        return ChainDataset([self, other])


class ChainDataset(IterableDataset):
    """Data sets that are read, one after the other."""

    def __init__(self, datasets: Iterable[Any]) -> None:
        self.datasets = list(datasets)

    def __iter__(self) -> Iterator[Any]:
        for part in self.datasets:
            yield from part

    def __len__(self) -> int:
        return sum(len(part) for part in self.datasets)
