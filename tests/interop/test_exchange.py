"""Memory shared with NumPy, PyTorch and any library that speaks DLPack."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

import patchgrad as pg
from patchgrad.backend.dtype import ALL
from patchgrad.errors import ArgumentError, DeviceError, DtypeError, ExchangeError

KINDS = [kind.name for kind in ALL]


class Other:
    """An array of a library that patchgrad does not know."""

    def __init__(self, array: Any, device: tuple[int, int] = (1, 0)) -> None:
        self.array, self.device = array, device

    def __dlpack__(self, **settings: Any) -> Any:
        return self.array.__dlpack__(**settings)

    def __dlpack_device__(self) -> tuple[int, int]:
        return self.device


@pytest.mark.parametrize("kind", KINDS)
def test_every_dtype_goes_to_pytorch_and_back_in_the_same_memory(kind: str) -> None:
    torch = pytest.importorskip("torch")
    ours = pg.ones(2, 3, dtype=kind)
    theirs = torch.from_dlpack(ours)
    assert theirs.dtype is getattr(torch, kind)
    theirs[0, 1] = 0
    back = pg.from_dlpack(theirs)
    assert ours.tolist() == back.tolist() == theirs.tolist()
    assert back.dtype is ours.dtype
    back[1, 2] = 0
    assert ours[1, 2].item() == theirs[1, 2].item() == 0


def test_views_with_any_stride_are_shared_as_they_are() -> None:
    torch = pytest.importorskip("torch")
    base = pg.arange(24.0).reshape(2, 3, 4)
    for view in (base.permute(2, 0, 1), base[:, ::2], base[1], base.reshape(-1)[3], pg.zeros(0, 3)):
        theirs = torch.from_dlpack(view)
        assert theirs.tolist() == view.tolist()
        assert pg.from_dlpack(theirs).tolist() == view.tolist()
    torch.from_dlpack(base[:, ::2]).zero_()
    assert base[:, 0].abs().sum().item() == base[:, 2].abs().sum().item() == 0


def test_capsules_and_arrays_of_unknown_libraries_are_taken() -> None:
    numbers = np.arange(3.0)
    for source in (Other(numbers), numbers.__dlpack__(), numbers):
        assert pg.from_dlpack(source).tolist() == [0, 1, 2]
    shared = pg.as_tensor(Other(numbers))
    numbers[0] = 7
    assert shared.tolist() == [7, 1, 2]
    assert pg.as_tensor(Other(numbers), dtype="float32").dtype is pg.float32
    assert np.from_dlpack(pg.utils.dlpack.from_dlpack(pg.utils.dlpack.to_dlpack(shared))).tolist() == [7, 1, 2]


@pytest.mark.parametrize("version", [None, (1, 0)])
@pytest.mark.parametrize("kind", ["float32", "bfloat16", "bool"])
def test_capsules_of_both_forms_are_made_and_taken(kind: str, version: Any) -> None:
    ours = pg.ones(2, 3, dtype=kind)
    capsule = ours.__dlpack__(max_version=version)
    assert ("versioned" in repr(capsule)) == (version is not None)
    back = pg.from_dlpack(capsule)
    ours[0, 1] = 0
    assert back.dtype is ours.dtype
    assert back.tolist() == [[1, 0, 1], [1, 1, 1]]


def test_a_tensor_is_pickled_with_its_dtype_its_shape_and_what_it_is() -> None:
    base = pg.arange(6.0).reshape(2, 3)
    leaf, parameter = pg.ones((), requires_grad=True), pg.nn.Parameter(pg.ones(2), requires_grad=False)
    for tensor in (base, base[:, ::2], base.T, base.flip(1), pg.ones(2, dtype="bfloat16"), leaf, parameter):
        again = pickle.loads(pickle.dumps(tensor))
        assert (type(again), again.dtype, again.requires_grad) == (type(tensor), tensor.dtype, tensor.requires_grad)
        assert again.tolist() == tensor.tolist()
        assert not np.shares_memory(again.data, tensor.data)


def test_copy_and_device_are_what_was_asked_for() -> None:
    numbers = np.arange(3.0)
    copied, shared = pg.from_dlpack(numbers, copy=True), pg.from_dlpack(numbers, copy=False, device="cpu")
    numbers[0] = 7
    assert [copied[0].item(), shared[0].item()] == [0, 7]
    assert pg.from_dlpack(numbers, device="meta").device == pg.device("meta")
    with pytest.raises(ExchangeError, match="without a copy"):
        pg.from_dlpack(numbers, device="meta", copy=False)
    assert np.from_dlpack(shared, copy=True).base is not shared.data
    with pytest.raises(ExchangeError, match="cannot be handed over"):
        shared.__dlpack__(dl_device=(2, 0))
    with pytest.raises(ExchangeError, match="no stream"):
        shared.__dlpack__(stream=3)


def test_a_tensor_of_our_own_is_linked_like_any_view() -> None:
    x = pg.ones(3)
    weight = pg.ones(3, requires_grad=True)
    y = pg.from_dlpack(x)
    product = (weight * x).sum()
    y.mul_(5)
    product.backward()
    assert x.tolist() == [5, 5, 5]
    assert weight.grad.tolist() == [1, 1, 1]
    assert x.version == y.version == 1


def test_read_only_memory_stays_read_only() -> None:
    frozen = np.arange(3.0)
    frozen.flags.writeable = False
    for tensor in (pg.from_numpy(frozen), pg.from_dlpack(frozen), pg.as_tensor(frozen)):
        with pytest.raises(ArgumentError, match="cannot be written in place"):
            tensor.add_(1)
        with pytest.raises(ExchangeError, match="cannot be handed over") as error:
            tensor.__dlpack__()
        assert "clone" in error.value.hint
        assert not np.from_dlpack(tensor).flags.writeable
        assert tensor.clone().add_(1).tolist() == [1, 2, 3]


def test_a_gradient_is_never_left_behind_unsaid() -> None:
    leaf = pg.ones(2, requires_grad=True)
    for tensor in (leaf, leaf * 2):
        with pytest.raises(ExchangeError, match="requires a gradient"):
            tensor.__dlpack__()
        with pytest.raises(ArgumentError, match="requires a gradient") as error:
            tensor.numpy()
        assert "force=True" in error.value.hint
        assert tensor.numpy(force=True).tolist() == tensor.tolist()
    assert np.shares_memory(leaf.numpy(force=True), leaf.data)
    torch = pytest.importorskip("torch")
    with pytest.raises(ExchangeError, match="torch does not hand") as refused:
        pg.from_dlpack(torch.ones(2, requires_grad=True))
    assert "detach" in refused.value.hint
    with pytest.raises(BufferError):
        torch.from_dlpack(leaf)


def test_what_cannot_be_shared_is_refused_by_name() -> None:
    for source in ([1.0], 3, "text", object()):
        with pytest.raises(ArgumentError, match="speaks DLPack"):
            pg.from_dlpack(source)
    with pytest.raises(ExchangeError, match="on this device"):
        pg.from_dlpack(Other(np.ones(1), (7, 0)))
    with pytest.raises(DeviceError):
        pg.from_dlpack(Other(np.ones(1), (2, 0)))
    with pytest.raises(ExchangeError, match="no memory"):
        pg.ones(2, device="meta").__dlpack__()
    with pytest.raises(ExchangeError, match="no memory"):
        pg.ones(2, device="meta").__dlpack_device__()
    with pytest.raises(DeviceError, match="no values"):
        pg.ones(2, device="meta").numpy()


def test_from_numpy_takes_arrays_of_numbers_alone() -> None:
    numbers = np.arange(6.0).reshape(2, 3)
    assert pg.from_numpy(numbers).data is numbers
    assert pg.from_numpy(numbers[::-1]).tolist() == numbers[::-1].tolist()
    for wrong, error in (([1.0], ArgumentError), (np.float32(1), ArgumentError), (np.array(["a"]), DtypeError)):
        with pytest.raises(error):
            pg.from_numpy(wrong)
    with pytest.raises(ArgumentError, match="another order") as refused:
        pg.from_numpy(numbers.astype(">f8"))
    assert "newbyteorder" in refused.value.hint


def test_numpy_functions_take_tensors() -> None:
    x = pg.arange(6.0).reshape(2, 3)
    assert np.asarray(x) is x.data
    assert np.asarray(x, dtype="int32").tolist() == x.tolist()
    assert np.array(x, copy=True) is not x.data
    assert np.asarray(x, copy=False) is x.data
    with pytest.raises(ValueError, match="copy"):
        np.asarray(x, dtype="int32", copy=False)
    assert np.concatenate([x, x]).shape == (4, 3)


@pytest.mark.gpu
def test_memory_of_a_gpu_is_shared_with_cupy() -> None:
    cupy = pytest.importorskip("cupy")
    theirs = cupy.arange(3.0)
    ours = pg.from_dlpack(theirs)
    ours += 1
    assert ours.__dlpack_device__() == (2, 0)
    assert cupy.from_dlpack(ours).tolist() == theirs.tolist() == [1, 2, 3]
    with pytest.raises(DeviceError, match="on a GPU"):
        ours.numpy()
