"""Tensors that are made: their values, dtypes, shapes and places in memory are those of PyTorch's."""

from __future__ import annotations

import copy
import pickle
import warnings
from typing import Any

import numpy
import pytest

import patchgrad as pg
from patchgrad.errors import ArgumentError, DataError, ShapeError

from .compare import torch

X = numpy.arange(12.0).reshape(3, 4)
MADE: dict[str, Any] = {
    "zeros": lambda t: t.zeros(2, 3),
    "zeros size": lambda t: t.zeros(size=(2, 3), dtype=t.int16),
    "ones of a sequence": lambda t: t.ones([2, 3]),
    "full": lambda t: t.full((2,), 3),
    "full of one size": lambda t: t.full((), 2.5),
    "full of a bool": lambda t: t.full((2,), True),
    "full with a dtype": lambda t: t.full((2, 2), 7, dtype=t.float64),
    "zeros_like": lambda t: t.zeros_like(t.tensor(X)),
    "ones_like": lambda t: t.ones_like(t.tensor(X), dtype=t.int32),
    "full_like": lambda t: t.full_like(t.tensor([1, 2]), 3),
    "new_zeros": lambda t: t.tensor(X).new_zeros(2, 1),
    "new_zeros size": lambda t: t.tensor([1]).new_zeros(size=(2, 1)),
    "new_ones": lambda t: t.tensor([1]).new_ones((2, 1), dtype=t.bool),
    "new_full": lambda t: t.tensor([True]).new_full((2,), True),
    "new_tensor": lambda t: t.tensor([1.5], dtype=t.float64).new_tensor([[1, 2]]),
    "empty": lambda t: t.empty(2, 0),
    "new_empty": lambda t: t.tensor([1]).new_empty(0, 2),
    "arange": lambda t: t.arange(5),
    "arange of reals": lambda t: t.arange(0.5, 3.0, 0.5),
    "arange down": lambda t: t.arange(5, 0, -2, dtype=t.int8),
    "arange of numbers in tensors": lambda t: t.arange(t.tensor(1), t.tensor(4)),
    "arange start and end by name": lambda t: t.arange(start=1, end=4, step=2),
    "range": lambda t: t.range(1, 4),
    "range of steps": lambda t: t.range(0, 1, 0.25),
    "linspace": lambda t: t.linspace(-1, 1, 5),
    "linspace of whole numbers": lambda t: t.linspace(0, 10, 5, dtype=t.int64),
    "linspace of one": lambda t: t.linspace(3, 9, 1),
    "linspace by name": lambda t: t.linspace(start=0, end=1, steps=3, dtype=t.float64),
    "linspace complex": lambda t: t.linspace(0, 1 + 1j, 3),
    "logspace": lambda t: t.logspace(-1, 2, 4),
    "logspace of base 2": lambda t: t.logspace(0, 3, 4, base=2, dtype=t.float64),
    "eye": lambda t: t.eye(3),
    "eye of a rectangle": lambda t: t.eye(2, 3, dtype=t.int32),
    "tril_indices": lambda t: t.tril_indices(3, 4, offset=1),
    "triu_indices": lambda t: t.triu_indices(3, 3, dtype=t.int32),
    "scalar_tensor": lambda t: t.scalar_tensor(3),
    "asarray of a list": lambda t: t.asarray([[1, 2], [3, 4]]),
    "asarray of an array": lambda t: t.asarray(X),
    "asarray of bytes": lambda t: t.asarray(bytearray(b"\x00\x01\x02"), dtype=t.uint8),
    "frombuffer": lambda t: t.frombuffer(bytearray(range(16)), dtype=t.int32, count=2, offset=4),
    "empty_strided": lambda t: t.empty_strided((2, 3), (1, 2)).fill_(1),
    "empty_permuted": lambda t: t.empty_permuted((2, 3, 4), (0, 2, 1)).zero_(),
    "new_empty_strided": lambda t: t.tensor([1]).new_empty_strided((2, 2), (1, 2)).fill_(4),
    "zeros into out": lambda t: t.zeros(2, out=t.empty(2, dtype=t.int64)),
    "arange into out": lambda t: t.arange(3, out=t.empty(0, dtype=t.float64)),
    "channels_last": lambda t: t.arange(24.0).reshape(1, 2, 3, 4).contiguous(memory_format=t.channels_last),
    "clone channels_last": lambda t: t.ones(1, 2, 3, 4).clone(memory_format=t.channels_last),
    "to channels_last_3d": lambda t: t.ones(1, 2, 3, 4, 1).to(memory_format=t.channels_last_3d),
    "double channels_last": lambda t: t.ones(2, 2, 3, 4).double(memory_format=t.channels_last),
    "layout": lambda t: t.ones(2, layout=t.strided, requires_grad=True),
    "deepcopy": lambda t: copy.deepcopy(t.ones(2, requires_grad=True)),
    "pickle": lambda t: pickle.loads(pickle.dumps(t.ones(2, dtype=t.float64))),
    "type": lambda t: t.ones(2).type(t.LongTensor),
    "IntTensor": lambda t: t.IntTensor([1, 2]),
    "DoubleTensor of a size": lambda t: t.DoubleTensor(2, 3).zero_(),
}


@pytest.mark.parametrize("name", MADE)
def test_what_is_made_is_what_pytorch_makes(name):
    mine = MADE[name](pg)
    with warnings.catch_warnings():  # torch.range will go
        warnings.simplefilter("ignore")
        theirs = MADE[name](torch)
    assert mine.dtype.name == str(theirs.dtype)[6:]
    assert mine.shape == tuple(theirs.shape)
    assert mine.requires_grad == theirs.requires_grad
    assert mine.stride() == theirs.stride() or 0 in mine.shape
    numpy.testing.assert_allclose(mine.detach().numpy(), theirs.detach().numpy(), rtol=1e-7)


def test_asarray_and_frombuffer_share_memory_where_they_can():
    array, buffer = numpy.zeros(3), bytearray(8)
    assert numpy.shares_memory(pg.asarray(array).numpy(), array)
    assert not numpy.shares_memory(pg.asarray(array, copy=True).numpy(), array)
    pg.frombuffer(buffer, dtype=pg.float32)[0] = 1.0
    assert buffer[:4] == numpy.float32(1).tobytes()
    with pytest.raises(ArgumentError, match="without a copy"):
        pg.asarray(array, dtype=pg.float32, copy=False)
    x = pg.ones(2)
    assert pg.asarray(x) is x
    with pytest.raises(ArgumentError, match="does not hold"):
        pg.frombuffer(buffer, dtype=pg.float32, count=3)


def test_a_file_of_numbers_is_read_and_written_in_place(tmp_path):
    path = tmp_path / "numbers"
    x = pg.from_file(path, shared=True, size=4, dtype=pg.float64)
    x.copy_(pg.arange(4.0))
    del x
    assert numpy.fromfile(path).tolist() == [0, 1, 2, 3]
    own = pg.from_file(path, size=2, dtype=pg.float64)
    own.zero_()
    assert numpy.fromfile(path).tolist() == [0, 1, 2, 3]
    with pytest.raises(DataError, match="does not hold"):
        pg.from_file(path, size=50, dtype=pg.float64)


def test_what_cannot_be_made_is_refused():
    for bad in (lambda: pg.arange(3, 0), lambda: pg.range(0, 1, -1), lambda: pg.linspace(0, 1, -1), lambda: pg.eye(-1)):
        with pytest.raises(ArgumentError):
            bad()
    for bad in (lambda: pg.zeros(-1), lambda: pg.empty(2, -1), lambda: pg.empty_strided((2,), (1, 1))):
        with pytest.raises(ShapeError):
            bad()
    with pytest.raises(ArgumentError, match="dense"):
        pg.zeros(2, layout="sparse_coo")
    with pytest.raises(ArgumentError, match="4 axes"):
        pg.zeros(2).contiguous(memory_format=pg.channels_last)


def test_a_default_device_holds_for_all_that_is_made():
    with pg.device("meta"):
        made = [pg.zeros(2), pg.rand(2), pg.tensor([1.0]), pg.arange(3), pg.eye(2), pg.nn.Linear(2, 3).weight]
    assert {str(x.device) for x in made} == {"meta"}
    pg.set_default_device("meta")
    try:
        assert pg.get_default_device() == "meta"
        assert pg.zeros_like(pg.Tensor(X)).device == "cpu"
        assert pg.randn(2).is_meta
    finally:
        pg.set_default_device(None)
    assert pg.randn(2).is_cpu


def test_a_deep_copy_takes_the_gradient_along():
    x = pg.ones(2, requires_grad=True)
    (x * 3).sum().backward()
    found = copy.deepcopy([x, x])
    assert found[0] is found[1]
    assert found[0].grad.tolist() == [3, 3]
    assert not numpy.shares_memory(found[0].grad.numpy(), x.grad.numpy())
