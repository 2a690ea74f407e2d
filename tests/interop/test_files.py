"""What is saved comes back equal, in every format, and other libraries read and write the same files."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import patchgrad as pg
from patchgrad import nn
from patchgrad.backend.dtype import ALL
from patchgrad.errors import ArgumentError, DataError, DtypeError
from patchgrad.interop import safetensors as own_safetensors
from patchgrad.interop.torch_names import DTYPES

ENDINGS = [".pt", ".pth", ".npz", ".safetensors"]
KINDS = [kind.name for kind in ALL]


def same(a: Any, b: Any) -> bool:
    """Equal data, with equal dtypes, shapes and bits of tensors."""
    if isinstance(a, pg.Tensor):
        return (
            isinstance(b, pg.Tensor)
            and a.dtype is b.dtype
            and a.shape == b.shape
            and a.data.tobytes() == b.data.tobytes()
        )
    if isinstance(a, dict):
        return isinstance(b, dict) and list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and (a == b or a != a)


def a_tensor(kind: str, shape: tuple[int, ...] = (2, 3)) -> pg.Tensor:
    numbers = np.arange(np.prod(shape, dtype=int)).reshape(shape)
    return pg.tensor(numbers).to(dtype=kind)


def trained() -> dict[str, Any]:
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))
    optimizer = pg.optim.Adam(model.parameters(), lr=0.1)
    for _ in range(2):
        model(pg.randn(5, 3)).square().sum().backward()
        optimizer.step()
    return {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 2, "best": (0.5, None)}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_checkpoint_comes_back_equal_and_training_goes_on_from_it(ending: str, tmp_path: Path) -> None:
    checkpoint = trained()
    pg.save(checkpoint, tmp_path / f"run{ending}")
    back = pg.load(tmp_path / f"run{ending}")
    assert same(checkpoint, back)
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))
    optimizer = pg.optim.Adam(model.parameters())
    model.load_state_dict(back["model"])
    optimizer.load_state_dict(back["optimizer"])
    model(pg.randn(5, 3)).square().sum().backward()
    optimizer.step()
    assert not same(checkpoint["model"], model.state_dict())


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_dtype_and_form_of_memory_comes_back_equal(ending: str, tmp_path: Path) -> None:
    kinds = [kind for kind in KINDS if not (ending == ".safetensors" and kind == "complex128")]
    data = {f"{kind} {shape}": a_tensor(kind, shape) for kind in kinds for shape in [(2, 3), (), (0, 4)]}
    base = pg.arange(24).reshape(2, 3, 4)
    data |= {
        "turned": base.permute(2, 0, 1),
        "step": base[:, ::2],
        "wide": pg.ones(1, 3).expand(4, 3),
        "flipped": base.flip(0),
    }
    data["backwards"] = pg.from_numpy(np.arange(6.0)[::-1])
    pg.save(data, tmp_path / f"all{ending}")
    assert same(data, pg.load(tmp_path / f"all{ending}"))


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3) | st.integers() | st.none(), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(plain, st.sampled_from([".pt", ".npz", ".safetensors"]))
def test_any_plain_data_with_tensors_comes_back_equal(tmp_path_factory: Any, data: Any, ending: str) -> None:
    path = tmp_path_factory.getbasetemp() / f"plain{ending}"
    data = {"plain": data, "tensor": pg.ones(2), "nested": [{"tensor": pg.zeros(1)}, (pg.zeros(3), data)]}
    pg.save(data, path)
    assert same(data, pg.load(path))


def test_pytorch_opens_what_is_saved_and_what_it_saves_is_opened(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    ours = {kind: a_tensor(kind) for kind in KINDS if kind in DTYPES} | {
        "nested": {"list": [a_tensor("float32"), 1, "x"]}
    }
    pg.save(ours, tmp_path / "ours.pt")
    theirs = torch.load(tmp_path / "ours.pt", weights_only=True)
    for kind in KINDS:
        if kind in DTYPES and kind != "bfloat16":
            assert theirs[kind].dtype is getattr(torch, kind)
            assert np.array_equal(theirs[kind].numpy(), ours[kind].numpy())
    torch.save(theirs, tmp_path / "theirs.pt")
    assert same(pg.load(tmp_path / "theirs.pt"), ours)


def test_all_that_pytorch_saves_without_code_is_opened(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    module = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3))
    optimizer = {
        "state": {0: {"momentum_buffer": torch.ones(3, 2)}, 1: {"momentum_buffer": None}},
        "param_groups": [{"lr": 0.1, "momentum": 0.9, "nesterov": False, "foreach": None, "params": [0, 1]}],
    }
    data = {
        "module": module.state_dict(), "optimizer": optimizer, "size": torch.Size([1, 2]),
        "kind": torch.float16, "device": torch.device("cpu"), "parameter": torch.nn.Parameter(torch.ones(2)),
        "leaf": torch.ones(1, requires_grad=True), "set": {1, 2}, "bytes": b"\xff\x00", "complex": 1j, "long": 2**70,
        "empty": torch.zeros(2, 0),
    }  # fmt: skip
    torch.save(data, tmp_path / "mixed.pt")
    back = pg.load(tmp_path / "mixed.pt")
    nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3)).load_state_dict(back["module"])
    assert back["size"] == (1, 2)
    assert back["kind"] is pg.float16
    assert back["device"] == pg.device("cpu")
    assert isinstance(back["parameter"], nn.Parameter)
    assert back["leaf"].requires_grad
    assert [back[name] for name in ("set", "bytes", "complex", "long")] == [{1, 2}, b"\xff\x00", 1j, 2**70]
    assert back["optimizer"]["param_groups"] == optimizer["param_groups"]
    assert back["optimizer"]["state"][0]["momentum_buffer"].tolist() == [[1, 1]] * 3
    pg.save(back, tmp_path / "again.pt")
    again = torch.load(tmp_path / "again.pt", weights_only=True)
    assert again["device"] == torch.device("cpu")
    assert torch.equal(again["parameter"], data["parameter"])


@pytest.mark.parametrize("saved_by", ["patchgrad", "torch"])
def test_tensors_that_shared_memory_share_it_again_and_the_rest_is_left_out(saved_by: str, tmp_path: Path) -> None:
    path = tmp_path / "views.pt"
    if saved_by == "torch":
        torch = pytest.importorskip("torch")
        base = torch.arange(12.0)
        torch.save({"base": base, "view": base[2:8].view(2, 3).t()}, path)
    else:
        base = pg.arange(12.0)
        pg.save({"base": base, "view": base[2:8].reshape(2, 3).T}, path)
    back = pg.load(path)
    assert back["view"].tolist() == [[2, 5], [3, 6], [4, 7]]
    back["base"][5] = 50.0
    assert back["view"][0].tolist() == [2, 50]
    big = pg.zeros(100_000)
    pg.save({"part": big[:2]}, path)
    assert path.stat().st_size < 2000


def test_a_write_to_one_of_two_loaded_views_leaves_a_kept_value_alone(tmp_path: Path) -> None:
    base = pg.arange(6.0)
    pg.save({"base": base, "view": base[1:4]}, tmp_path / "views.pt")
    back = pg.load(tmp_path / "views.pt")
    weight = pg.ones(3, requires_grad=True)
    product = (weight * back["view"]).sum()
    back["base"].zero_()
    product.backward()
    assert weight.grad.tolist() == [1, 2, 3]
    assert back["view"].tolist() == [0, 0, 0]


def test_the_authors_library_reads_our_safetensors_and_we_read_theirs(tmp_path: Path) -> None:
    reference = pytest.importorskip(
        "safetensors.numpy", reason="the reference reader of the format: pip install safetensors"
    )
    from safetensors import safe_open

    arrays = {
        kind: np.ones((2, 3), kind)
        for kind in KINDS
        if kind in own_safetensors.CODES and kind not in ("bfloat16", "complex64")
    }
    pg.save(
        {name: pg.from_numpy(array) for name, array in arrays.items()},
        tmp_path / "ours.safetensors",
        metadata={"by": "me"},
    )
    theirs = reference.load_file(tmp_path / "ours.safetensors")
    assert all(
        np.array_equal(theirs[name], array) and theirs[name].dtype == array.dtype for name, array in arrays.items()
    )
    with safe_open(tmp_path / "ours.safetensors", "numpy") as file:
        assert file.metadata() == {"by": "me"}
    reference.save_file(arrays, tmp_path / "theirs.safetensors", metadata={"by": "them"})
    assert all(np.array_equal(pg.load(tmp_path / "theirs.safetensors")[name].numpy(), a) for name, a in arrays.items())
    assert pg.load_metadata(tmp_path / "theirs.safetensors") == {"by": "them"}


def test_numpy_reads_our_archives_and_we_read_its(tmp_path: Path) -> None:
    pg.save({"a": pg.ones(2, 3), "b.c": pg.arange(3)}, tmp_path / "ours.npz")
    with np.load(tmp_path / "ours.npz", allow_pickle=False) as theirs:
        assert theirs["a"].shape == (2, 3)
        assert theirs["b.c"].tolist() == [0, 1, 2]
    numbers = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    np.savez_compressed(tmp_path / "theirs.npz", f=numbers, big=numbers.astype(">f8"), zero=np.float32(3))
    back = pg.load(tmp_path / "theirs.npz")
    assert back["f"].tolist() == back["big"].tolist() == numbers.tolist()
    assert back["zero"].item() == 3
    assert back["zero"].dtype is pg.float32


def test_an_open_file_is_read_whatever_its_format_and_written_as_pytorch_does() -> None:
    file = io.BytesIO()
    pg.save({"x": pg.ones(2)}, file)
    file.seek(0)
    assert pg.load(file)["x"].tolist() == [1, 1]
    packed = io.BytesIO()
    np.savez(packed, x=np.ones(2))
    packed.seek(0)
    assert pg.load(packed)["x"].tolist() == [1, 1]


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_cannot_be_saved_is_named_and_leaves_the_old_file_whole(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"model{ending}"
    pg.save({"x": pg.ones(2)}, path)
    before = path.read_bytes()
    with pytest.raises(DataError, match="Linear cannot be saved") as error:
        pg.save({"parts": [pg.ones(2), nn.Linear(1, 1)]}, path)
    assert "parts.1" in error.value.got
    assert "state_dict" in error.value.hint
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_names_and_arguments_that_mean_nothing_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="does not tell a format"):
        pg.save({}, tmp_path / "model.h5")
    with pytest.raises(ArgumentError, match="only safetensors"):
        pg.save({}, tmp_path / "model.pt", metadata={"a": "b"})
    with pytest.raises(ArgumentError, match="never allowed to run code"):
        pg.load(tmp_path / "model.pt", weights_only=False)
    with pytest.raises(DtypeError, match="safetensors has no complex128"):
        pg.save({"x": pg.ones(1, dtype="complex128")}, tmp_path / "x.safetensors")
    with pytest.raises(FileNotFoundError):
        pg.load(tmp_path / "absent.pt")


def test_tensors_are_moved_where_they_are_wanted(tmp_path: Path) -> None:
    pg.save({"x": [pg.ones(2)]}, tmp_path / "x.pt")
    assert pg.load(tmp_path / "x.pt", map_location="meta")["x"][0].device == pg.device("meta")
