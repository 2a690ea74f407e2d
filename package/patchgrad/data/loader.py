"""DataLoader: batches of a data set, epoch after epoch, in an order that can be told and resumed."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from itertools import islice, repeat, takewhile
from typing import Any

from patchgrad.backend.random import Stream
from patchgrad.data.batches import BatchSampler, GivenBatches
from patchgrad.data.collate import default_collate, default_convert
from patchgrad.data.combined import IterableDataset
from patchgrad.data.prefetch import fetched
from patchgrad.data.sampler import RandomSampler, Sampler, SequentialSampler
from patchgrad.data.worker import WorkerInfo, enter
from patchgrad.errors import ArgumentError, DataError

_END = object()


class DataLoader:
    """Batches of ``dataset``; each ``for batch in loader`` is one epoch.

    Parameters
        dataset          something with ``len`` and samples by index, or an IterableDataset
        batch_size       samples in a batch; None gives one sample after the other, as it is but for arrays
        shuffle          a new order each epoch, a function of (seed, epoch) alone
        sampler          gives the order itself (excludes ``shuffle``)
        batch_sampler    gives the batches themselves, as lists of indices (excludes the settings of the order)
        num_workers      threads that fetch ahead; the batches and their order are the same for every number.
                         An IterableDataset is read by one thread
        collate_fn       makes a batch of a list of samples; by default tensors are stacked field by field
        drop_last        leave out a last batch that is too short
        timeout          seconds to wait for a batch of a thread; 0: as long as it takes
        worker_init_fn   called once in each thread with its number; `get_worker_info` tells it more
        generator        gives the seed (its key)
        prefetch_factor  batches that each thread may be ahead
        in_order         False gives what the threads have ready first
        seed             of the order; another seed, another order
        pin_memory, pin_memory_device, persistent_workers, multiprocessing_context  accepted and without effect:
                         threads share memory
    Errors
        ArgumentError  for arguments that contradict each other.
        DataError      naming the sample, when the data set fails or samples do not fit together.
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool | None = None,
        sampler: Sampler | Iterable[int] | None = None,
        batch_sampler: BatchSampler | Iterable[Iterable[int]] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[Any], Any] | None = None,
        pin_memory: bool = False,
        drop_last: bool = False,
        timeout: float = 0,
        worker_init_fn: Callable[[int], Any] | None = None,
        multiprocessing_context: Any = None,
        generator: Stream | None = None,
        *,
        prefetch_factor: int | None = None,
        persistent_workers: bool = False,
        pin_memory_device: str = "",
        in_order: bool = True,
        seed: int = 0,
    ) -> None:
        self.is_read = isinstance(dataset, IterableDataset)
        if not self.is_read:
            _check_dataset(dataset)
        _check_arguments(self.is_read, batch_size, shuffle, drop_last, sampler, batch_sampler)
        _check_workers(num_workers, prefetch_factor, timeout)
        self.dataset = dataset
        self.batch_size = batch_size
        self.num_workers = num_workers
        self.collate_fn = collate_fn
        self.pin_memory = pin_memory
        self.drop_last = drop_last
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.multiprocessing_context = multiprocessing_context
        self.generator = generator
        self.prefetch_factor = 2 if prefetch_factor is None else prefetch_factor
        self.persistent_workers = persistent_workers
        self.pin_memory_device = pin_memory_device
        self.in_order = in_order
        self.seed = seed if generator is None else generator.key
        chosen = None if self.is_read else _sampler(dataset, bool(shuffle), self.seed, sampler)
        self._step = 1 if batch_size is None else batch_size
        self.batch_sampler = _batch_sampler(dataset if chosen is None else chosen, self._step, drop_last, batch_sampler)
        self.sampler = getattr(self.batch_sampler, "sampler", None)
        if not self.is_read and len(self) == 0:
            raise DataError(
                "the loader has no batch to give",
                got=f"{len(dataset)} samples, batch_size={batch_size}, drop_last={drop_last}",
                hint="a smaller batch_size, or drop_last=False",
            )
        self._epoch, self._batch = 0, 0
        self._resumes = True

    def __len__(self) -> int:
        if not self.is_read:
            return len(self.batch_sampler)
        whole, rest = divmod(len(self.dataset), self._step)
        return whole if self.drop_last or rest == 0 else whole + 1

    def __iter__(self) -> Iterator[Any]:
        """One epoch: the rest of the restored one, or the next."""
        if not self._resumes or (self._batch and not self.is_read and self._batch >= len(self)):
            self._epoch, self._batch = self._epoch + 1, 0
        self._resumes = False
        for batch in self._read() if self.is_read else self._looked_up():
            self._batch += 1
            yield batch

    def _looked_up(self) -> Iterator[Any]:
        tasks = self.batch_sampler.batches(self._epoch)[self._batch :]
        return self._fetched(self._fetch, tasks, self.num_workers)

    def _read(self) -> Iterator[Any]:
        """The batches of a data set that is read; those before the restored place are read and left out."""
        samples = islice(self._samples(), self._batch * self._step, None)

        def next_batch(_: Any) -> Any:
            taken = list(islice(samples, self._step))
            if not taken or (self.drop_last and len(taken) < self._step):
                return _END
            return self._collated(taken)

        with closing(self._fetched(next_batch, repeat(None), min(self.num_workers, 1))) as batches:
            yield from takewhile(lambda batch: batch is not _END, batches)

    def _samples(self) -> Iterator[Any]:
        """Opens the data set where the first sample is asked for: in the thread that reads it."""
        yield from self.dataset

    def _fetched(self, fetch: Callable[[Any], Any], tasks: Iterable[Any], workers: int) -> Generator[Any]:
        def begin(number: int) -> None:
            enter(WorkerInfo(number, workers, self.seed + number, self.dataset))
            if self.worker_init_fn is not None:
                self.worker_init_fn(number)

        ahead = workers * self.prefetch_factor
        return fetched(fetch, tasks, workers, ahead, begin, timeout=self.timeout, in_order=self.in_order)

    def state(self) -> dict[str, int]:
        """Where the loader stands: the epoch, and how many of its batches were given out."""
        return {"epoch": self._epoch, "batch": self._batch}

    def restore(self, state: dict[str, int]) -> None:
        """Let the next ``for`` go on where ``state`` was taken."""
        most = None if self.is_read else len(self)
        if not state["batch"] >= 0 or state["epoch"] < 0 or (most is not None and state["batch"] > most):
            raise ArgumentError("the loader has no such place", got=str(state), want=f"batch 0 to {most}")
        self._epoch, self._batch = state["epoch"], state["batch"]
        self._resumes = True

    def _fetch(self, indices: Any) -> Any:
        whole = self.collate_fn is None and self.batch_size is not None
        if whole and hasattr(self.dataset, "batch"):
            return self.dataset.batch(indices)
        numbers = indices.tolist()
        several = getattr(self.dataset, "__getitems__", None)
        if several is not None and self.batch_size is not None:
            return self._collated(several(numbers), numbers)
        return self._collated([self._sample(index) for index in numbers], numbers)

    def _collated(self, samples: list[Any], numbers: list[int] | None = None) -> Any:
        """A batch of samples; or the only one by itself, where there are no batches."""
        if self.batch_size is None:
            return (self.collate_fn or default_convert)(samples[0])
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
        count = "batches" if self.is_read else f"{len(self)} batches"
        return f"DataLoader({count} of {self.batch_size} from {self.dataset!r})"


def _check_dataset(dataset: Any) -> None:
    if not hasattr(dataset, "__len__") or not hasattr(dataset, "__getitem__"):
        raise ArgumentError(
            "DataLoader cannot use the data set",
            got=type(dataset).__name__,
            want="an object with __len__ and __getitem__",
            hint="TensorDataset(images, labels) for plain tensors, IterableDataset for one that is read",
        )
    if len(dataset) == 0:
        raise DataError("the data set is empty", got="0 samples")


def _check_arguments(
    is_read: bool, batch_size: int | None, shuffle: bool | None, drop_last: bool, sampler: Any, batch_sampler: Any
) -> None:
    if sampler is not None and shuffle:
        raise ArgumentError("a sampler gives the order itself", got="shuffle=True and a sampler", hint="leave out one")
    if batch_sampler is not None and (batch_size != 1 or shuffle or drop_last or sampler is not None):
        raise ArgumentError(
            "a batch sampler gives the batches itself",
            got="a batch_sampler, and batch_size, shuffle, drop_last or a sampler",
            hint="leave out the others",
        )
    if batch_size is None and drop_last:
        raise ArgumentError(
            "there is no last batch to drop", got="batch_size=None, drop_last=True", hint="leave out one"
        )
    if is_read and (shuffle or sampler is not None or batch_sampler is not None):
        raise ArgumentError(
            "an IterableDataset has its own order",
            got="shuffle, a sampler or a batch_sampler",
            hint="shuffle in its __iter__",
        )


def _check_workers(num_workers: Any, prefetch_factor: Any, timeout: float) -> None:
    if timeout < 0:
        raise ArgumentError(f"DataLoader cannot use timeout={timeout}", want="a number of seconds, or 0")
    if isinstance(num_workers, bool) or not isinstance(num_workers, int) or num_workers < 0:
        raise ArgumentError(
            "DataLoader cannot use num_workers", got=repr(num_workers), want="a number of threads, or 0"
        )
    if prefetch_factor is not None and (num_workers == 0 or prefetch_factor < 1):
        raise ArgumentError(
            f"DataLoader cannot use prefetch_factor={prefetch_factor!r}",
            got=f"num_workers={num_workers}",
            want="1 or more, with num_workers of 1 or more",
        )


def _sampler(dataset: Any, shuffle: bool, seed: int, sampler: Any) -> Any:
    if sampler is not None:
        return sampler
    return RandomSampler(dataset, seed=seed) if shuffle else SequentialSampler(dataset)


def _batch_sampler(sampler: Any, batch_size: int, drop_last: bool, batch_sampler: Any) -> Any:
    if batch_sampler is None:
        return BatchSampler(sampler, batch_size, drop_last)
    return batch_sampler if isinstance(batch_sampler, BatchSampler) else GivenBatches(batch_sampler)
