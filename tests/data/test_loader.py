"""Batches: their order, their content, and how a loader is stopped and resumed."""

from collections import namedtuple

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import patchgrad as pg
from patchgrad.data import DataLoader, Dataset, RandomSampler, Subset, TensorDataset, random_split
from patchgrad.errors import ArgumentError, DataError


def numbered(count, features=3):
    rows = np.arange(count * features, dtype=np.float32).reshape(count, features)
    return TensorDataset(pg.tensor(rows), pg.tensor(np.arange(count)))


class Listed(Dataset):
    """Samples from a list, without a fast way."""

    def __init__(self, samples):
        self.samples = samples

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, index):
        sample = self.samples[index]
        if isinstance(sample, Exception):
            raise sample
        return sample


def labels_of(loader):
    return [batch[1].tolist() for batch in loader]


def joined(loader):
    return [label for batch in labels_of(loader) for label in batch]


def test_batches_come_in_order_and_the_last_is_short():
    loader = DataLoader(numbered(7), 3)
    assert labels_of(loader) == [[0, 1, 2], [3, 4, 5], [6]]
    assert len(loader) == 3


def test_a_short_last_batch_can_be_left_out():
    loader = DataLoader(numbered(7), 3, drop_last=True)
    assert labels_of(loader) == [[0, 1, 2], [3, 4, 5]]
    assert len(loader) == 2


def test_shuffled_epochs_are_permutations_that_differ_and_repeat_with_the_seed():
    first, again, other = (DataLoader(numbered(50), 8, shuffle=True, seed=seed) for seed in (5, 5, 6))
    epochs = [joined(first) for _ in range(3)]
    assert all(sorted(epoch) == list(range(50)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 3
    assert [joined(again) for _ in range(3)] == epochs
    assert joined(other) != epochs[0]


def test_the_order_of_a_seed_never_changes():
    assert RandomSampler(range(8), seed=1).order(0).tolist() == ORDER


ORDER = [6, 7, 4, 3, 1, 2, 0, 5]


@given(st.integers(1, 40), st.integers(1, 9), st.integers(0, 60), st.booleans(), st.booleans())
def test_a_restored_loader_goes_on_bitwise_where_it_stopped(count, size, taken, shuffle, drop_last):
    settings = {"batch_size": size, "shuffle": shuffle, "drop_last": drop_last, "seed": 3}
    assume(count >= size or not drop_last)
    loader = DataLoader(numbered(count), **settings)

    def endless(loader):
        while True:
            yield from (batch[1].tolist() for batch in loader)

    stream = endless(loader)
    for _ in range(taken):
        next(stream)
    state = loader.state()
    want = [next(stream) for _ in range(5)]
    again = DataLoader(numbered(count), **settings)
    again.restore(state)
    resumed = endless(again)
    assert [next(resumed) for _ in range(5)] == want


def test_a_loop_that_breaks_off_begins_a_new_epoch_next_time():
    loader = DataLoader(numbered(6), 2)
    for _ in loader:
        break
    assert labels_of(loader) == [[0, 1], [2, 3], [4, 5]]
    assert loader.state() == {"epoch": 1, "batch": 3}


def test_a_place_that_does_not_exist_cannot_be_restored():
    loader = DataLoader(numbered(6), 2)
    with pytest.raises(ArgumentError, match="place"):
        loader.restore({"epoch": 0, "batch": 4})


def test_the_fast_way_gives_what_collating_gives():
    fast = numbered(9)
    slow = Listed([fast[index] for index in range(9)])
    for ours, theirs in zip(DataLoader(fast, 4), DataLoader(slow, 4), strict=True):
        for a, b in zip(ours, theirs, strict=True):
            assert a.dtype is b.dtype
            np.testing.assert_array_equal(a.numpy(), b.numpy())


Pair = namedtuple("Pair", "image label")


def test_samples_may_be_tuples_dictionaries_numbers_arrays_and_text():
    samples = [{"x": np.ones(2) * i, "y": (i, float(i)), "name": f"s{i}", "pair": Pair(i, True)} for i in range(2)]
    (batch,) = DataLoader(Listed(samples), 2)
    assert batch["x"].tolist() == [[0, 0], [1, 1]]
    assert batch["x"].dtype is pg.float64
    assert batch["y"][0].dtype is pg.int64
    assert batch["y"][1].dtype is pg.float32
    assert batch["name"] == ["s0", "s1"]
    assert batch["pair"].label.tolist() == [True, True]


def test_a_collate_function_makes_the_batch():
    (batch,) = DataLoader(numbered(3), 3, collate_fn=len)
    assert batch == 3


def test_batches_do_not_share_memory_with_the_data():
    dataset = numbered(4)
    batch = next(iter(DataLoader(dataset, 2)))
    batch[0].data[...] = -1
    assert dataset.tensors[0].data.min() == 0


MISFITS = [
    ([np.ones(3), np.ones(3), np.ones(4)], "sample 2: shape (4,)"),
    ([(1, np.ones(3)), (1, np.ones((3, 1)))], "sample 1: shape (3, 1)"),
    ([(1, 2), (1, 2, 3)], "sample 1: 3 fields"),
    ([{"a": 1}, {"b": 1}], "sample 1: ['b']"),
    ([1, "one"], "sample 1: str"),
]


@pytest.mark.parametrize(("samples", "says"), MISFITS)
def test_samples_that_do_not_fit_together_are_named(samples, says):
    with pytest.raises(DataError) as error:
        list(DataLoader(Listed(samples), len(samples)))
    assert error.value.got == says
    assert "as sample 0" in error.value.want


def test_a_data_set_that_fails_is_told_with_the_sample_and_the_cause():
    loader = DataLoader(Listed([1, 2, ZeroDivisionError("broken pixel"), 4]), 2)
    batches = iter(loader)
    next(batches)
    with pytest.raises(DataError, match="sample 2") as error:
        next(batches)
    assert "broken pixel" in error.value.got
    assert isinstance(error.value.__cause__, ZeroDivisionError)
    assert loader.state() == {"epoch": 0, "batch": 1}


def test_something_that_is_no_number_cannot_become_a_tensor():
    with pytest.raises(DataError, match="sample 0"):
        list(DataLoader(Listed([object(), object()]), 2))


BAD_ARGUMENTS = [
    ({"batch_size": 0}, "batch size"),
    ({"batch_size": 2.0}, "batch size"),
    ({"batch_size": True}, "batch size"),
    ({"shuffle": True, "sampler": [1, 2]}, "sampler"),
]


@pytest.mark.parametrize(("settings", "says"), BAD_ARGUMENTS)
def test_arguments_that_make_no_sense_are_refused(settings, says):
    with pytest.raises(ArgumentError, match=says):
        DataLoader(numbered(4), **settings)


def test_things_that_are_no_data_set_are_refused():
    with pytest.raises(ArgumentError, match="data set"):
        DataLoader(iter([1, 2]))
    with pytest.raises(DataError, match="empty"):
        DataLoader([])
    with pytest.raises(DataError, match="no batch"):
        DataLoader(numbered(3), 4, drop_last=True)
    with pytest.raises(DataError, match="one length"):
        TensorDataset(pg.ones(3), pg.ones(4))
    with pytest.raises(DataError, match="no tensors"):
        TensorDataset()


def test_a_sampler_gives_the_order():
    loader = DataLoader(numbered(9), 2, sampler=[8, 1, 1])
    assert labels_of(loader) == [[8, 1], [1]]


def test_an_index_outside_the_data_set_is_told():
    with pytest.raises(IndexError):
        numbered(3)[3]


@given(st.integers(2, 60), st.integers(0, 5))
def test_a_random_split_has_every_sample_once(count, seed):
    parts = random_split(numbered(count), [0.7, 0.2, 0.1], seed)
    together = sorted(int(index) for part in parts for index in part.indices)
    assert together == list(range(count))
    again = random_split(numbered(count), [0.7, 0.2, 0.1], seed)
    assert all((a.indices == b.indices).all() for a, b in zip(parts, again, strict=True))


def test_a_split_that_does_not_add_up_is_refused():
    with pytest.raises(ArgumentError, match="add up"):
        random_split(numbered(5), [2, 2])
    with pytest.raises(ArgumentError, match="negative"):
        random_split(numbered(5), [6, -1])


def test_a_subset_of_a_subset_points_to_the_right_samples():
    part = Subset(Subset(numbered(10), [9, 7, 5, 3]), [2, 0])
    assert labels_of(DataLoader(part, 2)) == [[5, 9]]
    assert part[1][1].item() == 9
    slow = Subset(Listed([10, 11, 12]), [2, 1])
    assert [batch.tolist() for batch in DataLoader(slow, 2)] == [[12, 11]]
