"""Files that lie, end early or want to run code: each is refused with one error that names it, and runs nothing."""

from __future__ import annotations

import io
import json
import os
import pickle
import subprocess
import tracemalloc
import zipfile
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import patchgrad as pg
from patchgrad.errors import DataError, DtypeError, PatchgradError

MEGABYTE = 2**20


class Call:
    """Pickles as a call of ``function``."""

    def __init__(self, function: Any, *args: Any) -> None:
        self.parts = function, args

    def __reduce__(self) -> Any:
        return self.parts


def refused(path: Path) -> PatchgradError:
    """The error of loading the file, which must name it and must not have taken much memory."""
    tracemalloc.start()
    try:
        with pytest.raises((DataError, DtypeError)) as error:
            pg.load(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 50 * MEGABYTE
    assert str(path) in str(error.value)
    return error.value


# --- PyTorch's files ------------------------------------------------------------------------------


def torch_file(path: Path, pickled: bytes, **records: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickled)
        for name, content in {"version": b"3\n", **records}.items():
            archive.writestr(f"archive/{name.replace('__', '/')}", content)
    return path


def filled(entry: Any, mark: Path) -> Any:
    return [filled(part, mark) for part in entry] if isinstance(entry, list) else entry.replace("{mark}", str(mark))


CALLS: dict[str, tuple[Any, str]] = {
    "os.system": (Call(os.system, "touch {mark}"), "system"),
    "eval": (Call(eval, "open('{mark}', 'w')"), "builtins.eval|__builtin__.eval"),
    "subprocess": (Call(subprocess.Popen, ["touch", "{mark}"]), "Popen"),
    "getattr": (Call(getattr, "x", "__class__"), "getattr"),
    "import": (Call(__import__, "os"), "__import__"),
    "numpy": (np.ones(2), "numpy"),
    "a function of ours": (Call(pg.load, "x"), "patchgrad.interop.files.load"),
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("protocol", [2, 4])
def test_a_pickle_that_would_run_code_is_refused_by_the_name_of_what_it_calls(
    name: str, protocol: int, tmp_path: Path
) -> None:
    value, wanted = CALLS[name]
    mark = tmp_path / "ran"
    if isinstance(value, Call):
        function, args = value.parts
        value = Call(function, *(filled(entry, mark) for entry in args))
    error = refused(torch_file(tmp_path / "bad.pt", pickle.dumps({"weight": value}, protocol)))
    assert any(part in error.title for part in wanted.split("|"))
    assert not mark.exists()


def assembled(*codes: bytes) -> bytes:
    return b"\x80\x02" + b"".join(codes) + b"."


ORDERED = pickle.GLOBAL + b"collections\nOrderedDict\n"
PROGRAMS = {
    "an instruction that makes instances": assembled(b"(", pickle.INST, b"os\nsystem\n"),
    "an object of a class": assembled(ORDERED, b")", pickle.NEWOBJ),
    "an extension code": assembled(pickle.EXT1, b"\x01"),
    "attributes of a function": assembled(pickle.GLOBAL + b"torch._utils\n_rebuild_tensor_v2\n", b"}", pickle.BUILD),
    "attributes of a class": assembled(ORDERED, b"}", pickle.BUILD),
    "a call of a dictionary": assembled(b"}", b")", pickle.REDUCE),
    "a dotted name": assembled(pickle.GLOBAL + b"collections\nOrderedDict.fromkeys\n"),
    "a memo that is not there": assembled(pickle.BINGET, b"\x07"),
    "text longer than the file": assembled(pickle.BINUNICODE8, (2**60).to_bytes(8, "little"), b"x"),
    "a list out of nothing": assembled(pickle.APPEND),
    "nothing": b"",
    "noise": bytes(range(256)),
    "a tensor without a storage": assembled(
        pickle.GLOBAL + b"torch._utils\n_rebuild_tensor_v2\n", b"(NK\x00))\x89", ORDERED, b")R", b"tR"
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_pickle_that_is_no_data_is_refused(name: str, tmp_path: Path) -> None:
    refused(torch_file(tmp_path / "bad.pt", PROGRAMS[name]))


class Reference:
    """Pickles as a storage of PyTorch."""

    def __init__(self, storage: str, key: str, count: Any) -> None:
        self.id = ("storage", storage, key, "cpu", count)


class Pickler(pickle._Pickler):  # type: ignore[name-defined,misc]
    def persistent_id(self, obj: Any) -> Any:
        return obj.id if isinstance(obj, Reference) else None

    def save_global_text(self, obj: Any) -> None:
        self.write(pickle.GLOBAL + obj.text)

    dispatch = dict(pickle._Pickler.dispatch)  # type: ignore[attr-defined]


class Global:
    def __init__(self, module: str, name: str) -> None:
        self.text = f"{module}\n{name}\n".encode()

    def __call__(self) -> None: ...


Pickler.dispatch[Global] = Pickler.save_global_text


def tensor_file(
    path: Path,
    *,
    count: Any = 4,
    offset: Any = 0,
    size: Any = (4,),
    stride: Any = (1,),
    data: bytes | None = b"\0" * 16,
) -> Path:
    """A file with one float32 tensor that claims what is given."""
    file = io.BytesIO()
    storage = Reference(Global("torch", "FloatStorage"), "0", count)  # type: ignore[arg-type]
    call = Call(Global("torch._utils", "_rebuild_tensor_v2"), storage, offset, size, stride, False, OrderedDict())
    Pickler(file, 2).dump({"w": call})
    return torch_file(path, file.getvalue(), **({} if data is None else {"data__0": data}))


def test_the_honest_form_of_these_files_is_read(tmp_path: Path) -> None:
    assert pg.load(tensor_file(tmp_path / "good.pt"))["w"].tolist() == [0, 0, 0, 0]


LIES: dict[str, dict[str, Any]] = {
    "a shape beyond the storage": {"size": (5,)},
    "an offset beyond the storage": {"offset": 1},
    "a stride beyond the storage": {"size": (2, 2), "stride": (3, 1)},
    "a negative offset": {"offset": -1},
    "a negative stride": {"stride": (-1,)},
    "a negative size": {"size": (-4,)},
    "sizes without strides": {"size": (2, 2)},
    "sizes that are text": {"size": ("4",)},
    "a huge shape": {"size": (2**40, 2**40), "stride": (0, 1)},
    "a huge shape of one element": {"size": (2**62,), "stride": (1,)},
    "more elements than bytes": {"count": 2**50},
    "fewer elements than bytes": {"count": 3},
    "elements that are text": {"count": "4"},
    "no storage at all": {"data": None},
}


@pytest.mark.parametrize("name", LIES)
def test_a_tensor_that_claims_what_is_not_there_is_refused_before_memory_is_taken(name: str, tmp_path: Path) -> None:
    refused(tensor_file(tmp_path / "bad.pt", **LIES[name]))


def test_an_expanded_tensor_costs_only_its_storage(tmp_path: Path) -> None:
    back = pg.load(tensor_file(tmp_path / "wide.pt", size=(2**40, 4), stride=(0, 1)))
    assert back["w"].shape == (2**40, 4)


def test_old_and_foreign_files_are_refused_with_what_to_do(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    path = tmp_path / "old.pt"
    torch.save({"x": torch.ones(2)}, path, _use_new_zipfile_serialization=False)
    assert "torch.save" in refused(path).hint
    path.write_bytes(pickle.dumps({"x": 1}, 2))
    assert "old format" in refused(path).title
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("code/__torch__.py", "")
        archive.writestr("model/data.pkl", pickle.dumps(1))
        archive.writestr("model/constants.pkl", pickle.dumps(1))
    assert "TorchScript" in refused(path).title
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "")
    assert "torch.save" in refused(path).title


# --- Archives -------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", [".pt", ".npz"])
@pytest.mark.parametrize("name", ["../outside", "/etc/x", "a/../../b", "..\\x", "C:/x"])
def test_a_name_that_leads_out_of_the_archive_is_refused(ending: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / f"bad{ending}"
    pg.save({"x": pg.ones(2)}, path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, "x")
    assert "leads out" in refused(path).title


def whole(ending: str) -> bytes:
    file = io.BytesIO()
    if ending == ".npz":
        np.savez(file, x=np.arange(100.0), y=np.ones((3, 4), "f4"))
    elif ending == ".pt":
        pg.save({"x": pg.arange(100.0), "y": pg.ones(3, 4)}, file)
    else:
        from patchgrad.interop import safetensors

        safetensors.write(file, {"x": np.arange(100.0), "y": np.ones((3, 4), "f4")}, {"a": "b"})
    return file.getvalue()


@pytest.mark.parametrize("ending", [".pt", ".npz", ".safetensors"])
def test_a_file_that_ends_early_is_refused_wherever_it_ends(ending: str, tmp_path: Path) -> None:
    path, content = tmp_path / f"cut{ending}", whole(ending)
    for end in [*range(0, len(content), max(1, len(content) // 60)), len(content) - 1]:
        path.write_bytes(content[:end])
        refused(path)


@pytest.mark.parametrize("ending", [".pt", ".npz", ".safetensors"])
def test_a_changed_byte_gives_an_error_or_data_of_the_same_form(ending: str, tmp_path: Path) -> None:
    path, content = tmp_path / f"noise{ending}", whole(ending)
    random = np.random.default_rng(0)
    for place in random.integers(0, len(content), 250):
        path.write_bytes(
            content[:place] + bytes([content[place] ^ int(random.integers(1, 256))]) + content[place + 1 :]
        )
        with suppress(DataError, DtypeError):
            pg.load(path)


def npy(text: str, data: bytes = b"") -> bytes:
    header = text.encode() + b" " * (117 - len(text)) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + data


ARRAYS = {
    "a huge shape": npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,)}", b"\0" * 8),
    "a shape that overflows": npy("{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296)}"),
    "a negative shape": npy("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}", b"\0" * 8),
    "objects": npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", pickle.dumps([Call(os.system, "true")])),
    "code for a header": npy("__import__('os').system('true')"),
    "records": npy("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,)}", b"\0" * 8),
    "dates": npy("{'descr': '<M8[s]', 'fortran_order': False, 'shape': (1,)}", b"\0" * 8),
    "text": npy("{'descr': '<U1', 'fortran_order': False, 'shape': (1,)}", b"\0" * 4),
    "another magic": b"NOTNUMPY" * 20,
    "nothing": b"",
}


@pytest.mark.parametrize("name", ARRAYS)
def test_an_array_that_lies_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", ARRAYS[name])
    refused(path)


def test_an_entry_that_claims_more_than_it_can_unpack_to_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", ARRAYS["a huge shape"])
    content = bytearray(path.read_bytes())
    place = content.rfind(b"PK\x01\x02")
    content[place + 24 : place + 28] = (2**31).to_bytes(4, "little")
    path.write_bytes(content)
    refused(path)


# --- Safetensors ----------------------------------------------------------------------------------


def entry(dtype: str = "F32", shape: Any = (2,), data_offsets: Any = (0, 8)) -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": data_offsets}


HEADERS: dict[str, Any] = {
    "a shape larger than its bytes": {"x": entry(shape=[3])},
    "bytes beyond the file": {"x": entry(shape=[2**40], data_offsets=[0, 2**42])},
    "a hole": {"x": entry(data_offsets=[4, 12])},
    "an overlap": {"x": entry(), "y": entry()},
    "bytes that belong to none": {"x": entry(shape=[1], data_offsets=[0, 4])},
    "offsets backwards": {"x": entry(data_offsets=[8, 0])},
    "a negative shape": {"x": entry(shape=[-2])},
    "a shape of fractions": {"x": entry(shape=[2.0])},
    "a shape of truth": {"x": entry(shape=[True, 2])},
    "an unknown dtype": {"x": entry(dtype="F7")},
    "a list of tensors": [entry()],
    "a tensor that is text": {"x": "F32"},
    "no offsets": {"x": {"dtype": "F32", "shape": [2]}},
    "metadata that is no text": {"x": entry(), "__metadata__": {"a": 1}},
    "a plan that is no JSON": {"x": entry(), "__metadata__": {"patchgrad.plan": "["}},
    "a plan with another name": {"x": entry(), "__metadata__": {"patchgrad.plan": '["tensor", "y"]'}},
    "a plan without end": {"x": entry(), "__metadata__": {"patchgrad.plan": "[" * 100_000}},
}


def test_the_honest_header_is_read(tmp_path: Path) -> None:
    assert pg.load(safetensors_file(tmp_path, json.dumps({"x": entry()}).encode()))["x"].tolist() == [0, 0]


def safetensors_file(folder: Path, header: bytes, data: bytes = b"\0" * 8) -> Path:
    path = folder / "file.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + data)
    return path


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_that_lies_is_refused(name: str, tmp_path: Path) -> None:
    refused(safetensors_file(tmp_path, json.dumps(HEADERS[name]).encode()))


TWICE = json.dumps({"x": entry()})[:-1] + ", " + json.dumps({"x": entry()})[1:]
NO_JSON = {
    "half a dictionary": b'{"x": 1',
    "no text": b"\xff\xfe",
    "a name twice": TWICE.encode(),
    "depth": b"[" * 100_000,
}


@pytest.mark.parametrize("name", NO_JSON)
def test_a_header_that_is_no_json_is_refused(name: str, tmp_path: Path) -> None:
    refused(safetensors_file(tmp_path, NO_JSON[name]))


def test_a_header_longer_than_the_file_is_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "long.safetensors"
    path.write_bytes((2**63).to_bytes(8, "little") + b"{}")
    assert "announced" in refused(path).got
