"""Threads that fetch ahead, data sets that are read or joined, and samplers that draw."""

import threading
import time
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import patchgrad as pg
from patchgrad import data
from patchgrad.backend.random import Stream
from patchgrad.data import DataLoader
from patchgrad.errors import ArgumentError, DataError


class Slow(data.Dataset):
    """Samples that are ready in another order than they are asked for."""

    def __init__(self, count, fails=None):
        self.count, self.fails, self.threads = count, fails, set()

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        self.threads.add(threading.current_thread().name)
        time.sleep(0.001 * (index % 3))
        if index == self.fails:
            raise ValueError("broken pixel")
        return index


class Lines(data.IterableDataset):
    """Read from beginning to end; counts how often it was read."""

    def __init__(self, count):
        self.count, self.reads = count, 0

    def __iter__(self):
        self.reads += 1
        yield from range(self.count)


def batches(loader):
    return [batch.tolist() for batch in loader]


@given(st.integers(1, 30), st.integers(1, 7), st.integers(1, 4), st.integers(1, 3), st.booleans())
def test_threads_give_the_same_batches_in_the_same_order(count, size, workers, ahead, shuffle):
    plain = DataLoader(range(count), size, shuffle, seed=4)
    threads = DataLoader(range(count), size, shuffle, seed=4, num_workers=workers, prefetch_factor=ahead)
    for _ in range(2):
        assert batches(threads) == batches(plain)


def test_samples_are_fetched_in_threads_which_end_with_the_loop():
    dataset, begun = Slow(20), []
    loader = DataLoader(dataset, 2, num_workers=3, worker_init_fn=begun.append)
    assert batches(loader) == [[index, index + 1] for index in range(0, 20, 2)]
    assert all(name.startswith("patchgrad-loader") for name in dataset.threads)
    assert set(begun) <= {0, 1, 2}
    stopped = iter(loader)
    next(stopped)
    stopped.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("patchgrad-loader")]


def test_a_loader_with_threads_counts_what_it_gave_out_not_what_it_fetched():
    loader = DataLoader(Slow(20), 2, shuffle=True, num_workers=2, prefetch_factor=4)
    first = [batch.tolist() for batch in islice(iter(loader), 3)]
    assert loader.state() == {"epoch": 0, "batch": 3}
    again = DataLoader(Slow(20), 2, shuffle=True)
    again.restore(loader.state())
    assert first + batches(again) == batches(DataLoader(Slow(20), 2, shuffle=True))


def test_a_sample_that_fails_in_a_thread_is_told_at_its_turn():
    loader = iter(DataLoader(Slow(12, fails=7), 2, num_workers=3))
    assert [next(loader).tolist() for _ in range(3)] == [[0, 1], [2, 3], [4, 5]]
    with pytest.raises(DataError, match="sample 7") as error:
        next(loader)
    assert "broken pixel" in error.value.got


@pytest.mark.parametrize("workers", [0, 2])
def test_a_data_set_that_is_read_gives_its_own_order(workers):
    dataset = Lines(7)
    loader = DataLoader(dataset, 3, num_workers=workers)
    assert batches(loader) == [[0, 1, 2], [3, 4, 5], [6]]
    assert batches(DataLoader(dataset, 3, drop_last=True, num_workers=workers)) == [[0, 1, 2], [3, 4, 5]]
    assert loader.state() == {"epoch": 0, "batch": 3}
    loader.restore({"epoch": 0, "batch": 2})
    assert batches(loader) == [[6]]
    assert batches(loader) == [[0, 1, 2], [3, 4, 5], [6]]
    assert dataset.reads == 4
    with pytest.raises(TypeError, match="read, not looked up"):
        len(loader)


def test_data_sets_that_are_read_can_be_chained():
    chain = Lines(2) + Lines(3)
    assert isinstance(chain, data.ChainDataset)
    assert batches(DataLoader(chain, 4, collate_fn=pg.tensor)) == [[0, 1, 0, 1], [2]]


def test_joined_data_sets_have_all_samples_one_after_the_other():
    a, b, c = (data.TensorDataset(pg.arange(*ends)) for ends in ((0, 3), (10, 11), (20, 24)))
    joined = a + b + c
    assert len(joined) == 8
    assert [joined[index][0].item() for index in range(-8, 8)] == [0, 1, 2, 10, 20, 21, 22, 23] * 2
    assert data.ConcatDataset([a, b, c]).cumulative_sizes == [3, 4, 8]
    assert [batch[0].tolist() for batch in DataLoader(joined, 5)] == [[0, 1, 2, 10, 20], [21, 22, 23]]
    with pytest.raises(IndexError):
        joined[8]


def test_a_random_order_with_replacement_repeats_with_the_seed_and_differs_by_epoch():
    sampler = data.RandomSampler(range(50), replacement=True, num_samples=400, seed=2)
    first, second = sampler.order(0), sampler.order(1)
    assert len(sampler) == 400
    assert set(first) <= set(range(50))
    assert len(set(first)) > 40
    assert (first != second).any()
    np.testing.assert_array_equal(sampler.order(0), first)
    np.testing.assert_array_equal(data.RandomSampler(range(50), True, 400, Stream(2)).order(0), first)


@given(st.integers(1, 20), st.integers(1, 70))
def test_without_replacement_all_samples_come_once_before_any_comes_twice(count, wanted):
    order = data.RandomSampler(range(count), num_samples=wanted).order(3)
    assert len(order) == wanted
    assert max(np.bincount(order, minlength=count)) - min(np.bincount(order, minlength=count)) <= 1


def test_weights_decide_how_often_a_sample_comes():
    weights = pg.tensor([0.0, 1.0, 3.0, 0.0, 6.0])
    sampler = data.WeightedRandomSampler(weights, 20_000, seed=1)
    shares = np.bincount(sampler.order(0), minlength=5) / 20_000
    np.testing.assert_allclose(shares, [0, 0.1, 0.3, 0, 0.6], atol=0.015)
    without = data.WeightedRandomSampler(weights, 2, replacement=False)
    pairs = [tuple(without.order(epoch)) for epoch in range(3000)]
    assert all(a != b for a, b in pairs)
    assert np.mean([pair[0] == 4 for pair in pairs]) == pytest.approx(0.6, abs=0.03)
    assert np.mean([pair == (4, 2) for pair in pairs]) == pytest.approx(0.6 * 0.75, abs=0.03)


def test_a_subset_comes_in_random_order():
    sampler = data.SubsetRandomSampler([9, 4, 7], generator=Stream(5))
    assert sorted(sampler.order(0)) == [4, 7, 9]
    assert len({tuple(sampler.order(epoch)) for epoch in range(30)}) == 6


def test_batches_can_be_given_by_a_batch_sampler_or_a_list():
    cut = data.BatchSampler(data.SequentialSampler(range(7)), 3, drop_last=True)
    assert list(cut) == [[0, 1, 2], [3, 4, 5]]
    assert batches(DataLoader(range(7), batch_sampler=cut)) == list(cut)
    given = DataLoader(range(7), batch_sampler=[[6, 1], [2]])
    assert batches(given) == [[6, 1], [2]]
    assert len(given) == 2


def test_a_generator_gives_the_seed():
    keyed = DataLoader(range(30), 4, True, generator=Stream(11))
    assert batches(keyed) == batches(DataLoader(range(30), 4, True, seed=11))
    parts = data.random_split(range(10), [4, 6], generator=Stream(3))
    assert (parts[0].indices == data.random_split(range(10), [4, 6], 3)[0].indices).all()


MISTAKES = [
    (lambda: DataLoader(range(4), num_workers=-1), ArgumentError, "num_workers"),
    (lambda: DataLoader(range(4), prefetch_factor=2), ArgumentError, "prefetch_factor"),
    (lambda: DataLoader(range(4), 2, batch_sampler=[[1]]), ArgumentError, "batch sampler"),
    (lambda: DataLoader(Lines(4), shuffle=True), ArgumentError, "its own order"),
    (lambda: DataLoader(range(4), batch_sampler=iter([[1]])), ArgumentError, "length"),
    (lambda: data.ConcatDataset([]), DataError, "no data sets"),
    (lambda: data.ConcatDataset([Lines(3)]), DataError, "ChainDataset"),
    (lambda: data.RandomSampler(range(4), num_samples=0), ArgumentError, "num_samples"),
    (lambda: data.WeightedRandomSampler([0.0, 0.0], 1), ArgumentError, "weights"),
    (lambda: data.WeightedRandomSampler([1.0, -1.0], 1), ArgumentError, "weights"),
    (lambda: data.WeightedRandomSampler([1.0, 0.0], 2, replacement=False), ArgumentError, "at most 1"),
]


@pytest.mark.parametrize(("mistake", "kind", "says"), MISTAKES)
def test_a_mistake_is_told(mistake, kind, says):
    with pytest.raises(kind, match=says):
        mistake()
