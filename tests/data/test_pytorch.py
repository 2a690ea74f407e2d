"""Loaders and data sets as PyTorch's users call them: the same batches as PyTorch gives."""

import threading
import time

import numpy as np
import pytest

import patchgrad as pg
from patchgrad import data
from patchgrad.errors import ArgumentError, DataError, PatchgradError

torch = pytest.importorskip("torch")
SAMPLES = [(np.arange(3.0) + index, {"label": index, "text": f"n{index}"}) for index in range(7)]


def plain(value):
    """Tensors of either library as lists."""
    if isinstance(value, (pg.Tensor, torch.Tensor)):
        return (str(value.dtype).rpartition(".")[2], value.tolist())
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    return [plain(entry) for entry in value] if isinstance(value, (list, tuple)) else value


CALLS = [
    "(samples, 3, False, None, None, 0, None, False, True)",
    "(samples, batch_size=2, sampler=[5, 1, 1, 0])",
    "(samples, batch_sampler=[[0, 1], [6]])",
    "(samples, batch_size=None)",
    "(samples, batch_size=None, sampler=[3, 2], collate_fn=lambda sample: sample[1]['text'])",
    "(samples, 4, collate_fn=len)",
    "(d.StackDataset(samples, range(7)), 3)",
    "(d.StackDataset(a=range(7), b=samples), 5)",
    "(d.Subset(d.ConcatDataset([samples, samples]), [9, 2, 13]), 2)",
]


@pytest.mark.parametrize("call", CALLS)
def test_a_loader_gives_the_batches_of_pytorch(call):
    found = []
    for library in (data, torch.utils.data):
        loader = eval(f"d.DataLoader{call}", {"d": library, "samples": SAMPLES})
        found.append([len(loader), [plain(batch) for batch in loader]])
    assert found[0] == found[1]


def test_arrays_are_converted_and_all_else_stays():
    value = {"a": np.arange(2), "b": [1, "x", np.float32(3)], "c": (np.array(["s"]), None)}
    ours, theirs = data.default_convert(value), torch.utils.data.default_convert(value)
    assert plain(ours["a"]) == plain(theirs["a"])
    assert ours["b"][:2] == theirs["b"][:2] == [1, "x"]
    assert plain(ours["b"][2]) == plain(theirs["b"][2])
    assert ours["c"][0] is value["c"][0]


class Several(data.Dataset):
    """Looked up many samples at a time."""

    def __len__(self):
        return 6

    def __getitem__(self, index):
        raise AssertionError("one at a time")

    def __getitems__(self, indices):
        return [index * 10 for index in indices]


def test_a_data_set_may_look_up_several_samples_at_once():
    assert [batch.tolist() for batch in data.DataLoader(Several(), 4)] == [[0, 10, 20, 30], [40, 50]]


class Shards(data.IterableDataset):
    """Each worker reads its own share."""

    def __iter__(self):
        info = data.get_worker_info()
        begin, step = (0, 1) if info is None else (info.id, info.num_workers)
        return iter(range(begin, 10, step))


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_a_data_set_that_is_cut_by_worker_is_read_whole(workers):
    loader = data.DataLoader(Shards(), 4, num_workers=workers)
    assert [batch.tolist() for batch in loader] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert list(data.DataLoader(Shards(), None, num_workers=workers)) == list(range(10))


def test_a_worker_knows_its_number_its_seed_and_the_data_set():
    seen, samples = {}, list(range(8))

    def begin(number):
        seen[number] = data.get_worker_info()

    loader = data.DataLoader(samples, 1, num_workers=2, worker_init_fn=begin, generator=pg.Generator().manual_seed(5))
    list(loader)
    assert data.get_worker_info() is None
    for number, info in seen.items():
        assert (info.id, info.num_workers, info.seed, info.dataset) == (number, 2, 5 + number, samples)


class Gate(data.Dataset):
    """Sample 0 waits until another one was fetched."""

    def __init__(self):
        self.open = threading.Event()

    def __len__(self):
        return 4

    def __getitem__(self, index):
        if index:
            self.open.set()
        elif not self.open.wait(20):
            raise AssertionError("nobody came")
        return index


def test_without_order_what_is_ready_comes_first():
    settings = {"num_workers": 2, "multiprocessing_context": "spawn", "pin_memory_device": "cuda"}
    unordered = [batch.item() for batch in data.DataLoader(Gate(), in_order=False, **settings)]
    assert sorted(unordered) == [0, 1, 2, 3]
    assert [batch.item() for batch in data.DataLoader(Gate(), persistent_workers=True, **settings)] == [0, 1, 2, 3]


class Late(data.Dataset):
    def __len__(self):
        return 2

    def __getitem__(self, index):
        time.sleep(0.3)
        return index


MISTAKES = [
    (lambda: list(data.DataLoader(Late(), num_workers=1, timeout=0.01)), "too slow"),
    (lambda: data.DataLoader(range(3), timeout=-1), "timeout"),
    (lambda: data.DataLoader(range(3), None, drop_last=True), "no last batch"),
    (lambda: data.StackDataset(), "side by side"),
    (lambda: data.StackDataset(range(3), range(4)), r"lengths \[3, 4\]"),
    (lambda: data.StackDataset(range(3), b=range(3)), "with a name or none"),
]


@pytest.mark.parametrize(("mistake", "says"), MISTAKES)
def test_a_mistake_is_told(mistake, says):
    with pytest.raises((ArgumentError, DataError, PatchgradError), match=says):
        mistake()
