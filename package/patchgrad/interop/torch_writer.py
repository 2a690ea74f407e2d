"""Files that ``torch.load(path, weights_only=True)`` opens, written without PyTorch. Read next: ``torch_reader.py``."""

from __future__ import annotations

import codecs
import io
import math
import pickle
import sys
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, ClassVar

from patchgrad.backend import host
from patchgrad.backend.device import device
from patchgrad.backend.dtype import dtype, from_numpy
from patchgrad.errors import DtypeError
from patchgrad.interop import trees
from patchgrad.interop.torch_names import DTYPES, STORAGE_OF
from patchgrad.nn.parameter import Parameter
from patchgrad.tensor import Tensor

FOLDER = "archive"


def write(file: BinaryIO, data: Any) -> None:
    """Write nested plain data with tensors. Memory that several share is written once, and shared when it is loaded."""
    pickled = io.BytesIO()
    writer = _Writer(pickled, _owners(data))
    writer.dump(data)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        archive.writestr(f"{FOLDER}/data.pkl", pickled.getvalue())
        archive.writestr(f"{FOLDER}/byteorder", sys.byteorder)
        for key, memory in enumerate(writer.memories):
            with archive.open(f"{FOLDER}/data/{key}", "w", force_zip64=memory.nbytes > 2**31) as entry:
                entry.write(memoryview(memory.reshape(-1).view("uint8")))
        archive.writestr(f"{FOLDER}/version", "3\n")


def _owner(array: Any) -> Any:
    """The array that owns the memory of this one."""
    while isinstance(array.base, host.ndarray):
        array = array.base
    return array


def _owners(data: Any) -> dict[int, Any]:
    """The memory that several tensors of the data look at, by identity."""
    seen: dict[int, Any] = {}
    shared: dict[int, Any] = {}
    for _, tensor in trees.walk(data):
        array = trees.array_of(tensor)
        owner = _owner(array)
        if id(owner) in seen and owner.flags.c_contiguous:
            shared[id(owner)] = owner
        seen[id(owner)] = owner
    return shared


class _Named:
    """Something that PyTorch finds by its name."""

    def __init__(self, module: str, name: str) -> None:
        self.text = f"{module}\n{name}\n".encode()

    def __call__(self) -> None:
        """Pickle wants what it calls to be callable."""


class _Stored:
    """A storage: what stands in the pickle in place of its bytes."""

    def __init__(self, kind: str, key: int, count: int) -> None:
        untyped = kind not in STORAGE_OF
        self.named = NAMED["torch.storage", "UntypedStorage"] if untyped else NAMED["torch", STORAGE_OF[kind]]
        self.key, self.count = str(key), count


NAMED = {
    (module, name): _Named(module, name)
    for module, name in (
        ("torch._utils", "_rebuild_tensor_v2"),
        ("torch._utils", "_rebuild_tensor_v3"),
        ("torch._utils", "_rebuild_parameter"),
        ("torch.storage", "UntypedStorage"),
        ("torch", "device"),
        *(("torch", storage) for storage in STORAGE_OF.values()),
        *(("torch", kind) for kind in DTYPES),
    )
}


class _Writer(pickle._Pickler):  # type: ignore[name-defined,misc]
    """Python's own pickler for plain data alone, which can name what is not installed here."""

    def __init__(self, file: io.BytesIO, shared: Mapping[int, Any]) -> None:
        super().__init__(file, protocol=2)
        self.memories: list[Any] = []
        self._shared = shared
        self._keys: dict[tuple[int, str], _Stored] = {}

    def persistent_id(self, obj: Any) -> Any:
        if isinstance(obj, _Stored):
            return ("storage", obj.named, obj.key, "cpu", obj.count)
        return None

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, Parameter):
            return NAMED["torch._utils", "_rebuild_parameter"], (Tensor(obj.data), obj.requires_grad, OrderedDict())
        if trees.is_tensor(obj):
            return self._tensor(obj)
        if isinstance(obj, device):
            return NAMED["torch", "device"], (str(obj),)
        if isinstance(obj, PLAIN) or any(obj is entry for entry in CALLED):
            return NotImplemented
        raise trees.cannot_save(obj, "")

    def _tensor(self, tensor: Any) -> Any:
        array = trees.array_of(tensor)
        owner = self._shared.get(id(_owner(array)))
        kind = from_numpy(array.dtype)
        if kind.name not in DTYPES:
            raise DtypeError(f"PyTorch has no {kind.name}", got=f"shape {array.shape}")
        steps = [step // kind.itemsize for step in array.strides]
        offset = 0 if owner is None else (_address(array) - _address(owner)) / kind.itemsize
        even = all(step % kind.itemsize == 0 and step >= 0 for step in array.strides) and offset == int(offset)
        if owner is None or not even:
            owner, offset = host.ascontiguousarray(array), 0
            steps = [math.prod(array.shape[at + 1 :]) for at in range(array.ndim)]
        stored = self._store(owner, kind)
        grad = isinstance(tensor, Tensor) and tensor.requires_grad and tensor.is_leaf
        parts = (stored, int(offset), tuple(array.shape), tuple(steps), grad, OrderedDict())
        if kind.name in STORAGE_OF:
            return NAMED["torch._utils", "_rebuild_tensor_v2"], parts
        return NAMED["torch._utils", "_rebuild_tensor_v3"], (*parts, kind)

    def _store(self, owner: Any, kind: dtype) -> _Stored:
        place = (_address(owner), kind.name)
        if place not in self._keys or not owner.nbytes:
            count = owner.nbytes // (kind.itemsize if kind.name in STORAGE_OF else 1)
            self._keys[place] = _Stored(kind.name, len(self.memories), count)
            self.memories.append(owner)
        return self._keys[place]

    def _save_named(self, named: _Named) -> None:
        self.write(pickle.GLOBAL + named.text)  # type: ignore[attr-defined]

    def _save_dtype(self, kind: dtype) -> None:
        self._save_named(NAMED["torch", kind.name])

    dispatch: ClassVar[dict[Any, Callable[..., Any]]] = {
        **pickle._Pickler.dispatch,  # type: ignore[attr-defined]
        _Named: _save_named,
        dtype: _save_dtype,
    }


def _address(array: Any) -> int:
    return array.__array_interface__["data"][0]


PLAIN = (*trees.PLAIN, *trees.SCALARS, list, tuple, dict, _Named, _Stored)
CALLED = (OrderedDict, set, frozenset, complex, codecs.encode)
"""What a pickle calls to make them."""
