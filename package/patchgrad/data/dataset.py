"""Data sets: things with a length and samples by index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from patchgrad.backend import host
from patchgrad.backend.random import Stream
from patchgrad.data.order import permutation
from patchgrad.errors import ArgumentError, DataError, NotWrittenError, RangeError
from patchgrad.tensor import Tensor


class Dataset:
    """Base of all data sets: write ``__len__`` and ``__getitem__(index)``.

    A data set that can fetch many samples at once also writes ``batch(indices)``: what a loader would
    get by collating the samples, for an int64 array of indices.
    """

    def __len__(self) -> int:
        raise not_written(self, "__len__(self)", "the number of samples")

    def __getitem__(self, index: int) -> Any:
        raise not_written(self, "__getitem__(self, index)", "one sample")

    def __add__(self, other: Any) -> Any:
        from patchgrad.data.combined import ConcatDataset

        return ConcatDataset([self, other])


class TensorDataset(Dataset):
    """Samples along the first axis of one or more tensors of equal length: ``TensorDataset(images, labels)``.

    Errors
        DataError  for no tensors, or tensors of different lengths.
    """

    def __init__(self, *tensors: Tensor) -> None:
        lengths = [len(tensor) for tensor in tensors]
        if len(set(lengths)) != 1:
            raise DataError(
                "TensorDataset needs tensors of one length",
                got=f"lengths {lengths}" if tensors else "no tensors",
                want="the same number of samples in each",
            )
        self.tensors = tensors

    def __len__(self) -> int:
        return len(self.tensors[0])

    def __getitem__(self, index: int) -> tuple[Tensor, ...]:
        if not -len(self) <= index < len(self):
            raise no_sample(self, index)
        return tuple(Tensor(tensor.backend.asarray(tensor.data[index])) for tensor in self.tensors)

    def batch(self, indices: Any) -> tuple[Tensor, ...]:
        """Samples ``indices`` of every tensor, one indexing each."""
        return tuple(Tensor(tensor.data[indices]) for tensor in self.tensors)

    def __repr__(self) -> str:
        shapes = ", ".join(f"{tuple(tensor.shape)} {tensor.dtype.name}" for tensor in self.tensors)
        return f"TensorDataset({shapes})"


class Subset(Dataset):
    """The samples ``indices`` of another data set, in that order."""

    def __init__(self, dataset: Any, indices: Sequence[int]) -> None:
        self.dataset = dataset
        self.indices = host.asarray(indices, dtype=host.int64)
        if hasattr(dataset, "batch"):
            self.batch = self._batch

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, index: int) -> Any:
        if not -len(self) <= index < len(self):
            raise no_sample(self, index)
        return self.dataset[int(self.indices[index])]

    def _batch(self, indices: Any) -> Any:
        return self.dataset.batch(self.indices[indices])


def no_sample(dataset: Dataset, index: int) -> RangeError:
    """There is no sample at this index."""
    return RangeError(
        f"{type(dataset).__name__} has no sample {index}",
        got=f"index {index} of {len(dataset)} samples",
        want=f"0 to {len(dataset) - 1}",
    )


def not_written(dataset: Dataset, method: str, gives: str) -> NotWrittenError:
    """A data set of the user's lacks a method."""
    return NotWrittenError(
        f"{type(dataset).__name__} has no {method.partition('(')[0]} method",
        got=f"a class {type(dataset).__name__} without it",
        want=f"a method that gives {gives}",
        hint=f"write `def {method}: ...` in the class",
    )


def random_split(
    dataset: Any, lengths: Sequence[float], seed: int = 0, *, generator: Stream | None = None
) -> list[Subset]:
    """Disjoint random parts of a data set, always the same for the same seed.

    Parameters
        lengths    sample counts that sum to the whole, or fractions that sum to 1
        generator  gives the seed (its key)
    Errors
        ArgumentError  if they do not.
    """
    counts = _counts(lengths, len(dataset))
    order = permutation(len(dataset), seed if generator is None else generator.key)
    ends = host.cumsum(counts)
    return [Subset(dataset, order[end - count : end]) for count, end in zip(counts, ends, strict=True)]


def _counts(lengths: Sequence[float], total: int) -> list[int]:
    if any(length < 0 for length in lengths):
        raise ArgumentError("random_split cannot make a part of negative length", got=str(list(lengths)))
    if sum(lengths) == total and all(length == int(length) for length in lengths):
        return [int(length) for length in lengths]
    if abs(sum(lengths) - 1) > 1e-9:
        raise ArgumentError(
            "random_split needs parts that add up",
            got=f"{list(lengths)}, together {sum(lengths)}",
            want=f"counts with sum {total} or fractions with sum 1",
        )
    counts = [int(total * length) for length in lengths]
    for index in range(total - sum(counts)):
        counts[index % len(counts)] += 1
    return counts
