"""DataLoader: batches of a data set, epoch after epoch, in an order that can be told and resumed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from patchgrad.data.collate import default_collate
from patchgrad.data.sampler import GivenOrder, RandomSampler, Sampler, SequentialSampler
from patchgrad.errors import ArgumentError, DataError


class DataLoader:
    """Batches of ``dataset``; each ``for batch in loader`` is one epoch.

    Parameters
        dataset     something with ``len`` and samples by index
        batch_size  samples in a batch
        shuffle     a new order each epoch, a function of (seed, epoch) alone
        seed        of the order; another seed, another order
        drop_last   leave out a last batch that is too short
        sampler     gives the order itself (excludes ``shuffle``)
        collate_fn  makes a batch of a list of samples; by default tensors are stacked field by field
    Errors
        ArgumentError  for arguments that contradict each other.
        DataError      naming the sample, when the data set fails or samples do not fit together.
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int = 1,
        shuffle: bool = False,
        *,
        seed: int = 0,
        drop_last: bool = False,
        sampler: Sampler | Iterable[int] | None = None,
        collate_fn: Callable[[list[Any]], Any] | None = None,
    ) -> None:
        _check_arguments(dataset, batch_size, shuffle, sampler)
        self.dataset = dataset
        self.batch_size = batch_size
        self.drop_last = drop_last
        self.collate_fn = collate_fn
        self.sampler = _sampler(dataset, shuffle, seed, sampler)
        if len(self) == 0:
            raise DataError(
                "the loader has no batch to give",
                got=f"{len(self.sampler)} samples, batch_size={batch_size}, drop_last={drop_last}",
                hint="a smaller batch_size, or drop_last=False",
            )
        self._epoch, self._batch = 0, 0
        self._resumes = True

    def __len__(self) -> int:
        whole, rest = divmod(len(self.sampler), self.batch_size)
        return whole if self.drop_last or rest == 0 else whole + 1

    def __iter__(self) -> Iterator[Any]:
        """One epoch: the rest of the restored one, or the next."""
        if not self._resumes or (self._batch and self._batch >= len(self)):
            self._epoch, self._batch = self._epoch + 1, 0
        self._resumes = False
        order = self.sampler.order(self._epoch)
        for number in range(self._batch, len(self)):
            batch = self._fetch(order[number * self.batch_size : (number + 1) * self.batch_size])
            self._batch = number + 1
            yield batch

    def state(self) -> dict[str, int]:
        """Where the loader stands: the epoch, and how many of its batches were given out."""
        return {"epoch": self._epoch, "batch": self._batch}

    def restore(self, state: dict[str, int]) -> None:
        """Let the next ``for`` go on where ``state`` was taken."""
        if not 0 <= state["batch"] <= len(self) or state["epoch"] < 0:
            raise ArgumentError("the loader has no such place", got=str(state), want=f"batch 0 to {len(self)}")
        self._epoch, self._batch = state["epoch"], state["batch"]
        self._resumes = True

    def _fetch(self, indices: Any) -> Any:
        if self.collate_fn is None and hasattr(self.dataset, "batch"):
            return self.dataset.batch(indices)
        numbers = indices.tolist()
        samples = [self._sample(index) for index in numbers]
        return default_collate(samples, numbers) if self.collate_fn is None else self.collate_fn(samples)

    def _sample(self, index: int) -> Any:
        try:
            return self.dataset[index]
        except Exception as error:
            raise DataError(
                f"the data set failed at sample {index}",
                got=f"{type(error).__name__}: {error}",
                hint=f"try dataset[{index}] by itself",
            ) from error

    def __repr__(self) -> str:
        return f"DataLoader({len(self)} batches of {self.batch_size} from {self.dataset!r})"


def _check_arguments(dataset: Any, batch_size: Any, shuffle: bool, sampler: Any) -> None:
    if isinstance(batch_size, bool) or not isinstance(batch_size, int) or batch_size < 1:
        raise ArgumentError(
            "DataLoader cannot use the batch size", got=repr(batch_size), want="an integer of 1 or more"
        )
    if not hasattr(dataset, "__len__") or not hasattr(dataset, "__getitem__"):
        raise ArgumentError(
            "DataLoader cannot use the data set",
            got=type(dataset).__name__,
            want="an object with __len__ and __getitem__",
            hint="TensorDataset(images, labels) for plain tensors",
        )
    if sampler is not None and shuffle:
        raise ArgumentError("a sampler gives the order itself", got="shuffle=True and a sampler", hint="leave out one")
    if len(dataset) == 0:
        raise DataError("the data set is empty", got="0 samples")


def _sampler(dataset: Any, shuffle: bool, seed: int, sampler: Sampler | Iterable[int] | None) -> Sampler:
    if sampler is not None:
        return sampler if isinstance(sampler, Sampler) else GivenOrder(sampler)
    return RandomSampler(dataset, seed) if shuffle else SequentialSampler(dataset)
