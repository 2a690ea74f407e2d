"""PyTorch's files: a zip archive with a pickle of the structure and one entry of raw bytes per storage.

A pickle is a program. This reader runs only the instructions that plain data needs, and calls only the few functions
that rebuild a tensor; anything else is refused by name, and nothing is ever imported. Read next: ``torch_writer.py``.

Source
    The format as PyTorch 2.13 writes it (torch/serialization.py, torch/_utils.py).
"""

from __future__ import annotations

import io
import pickle
import struct
import sys
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, ClassVar

from patchgrad.backend.device import device
from patchgrad.backend.dtype import as_dtype
from patchgrad.errors import DataError, PatchgradError
from patchgrad.interop import zips
from patchgrad.interop.storage import Storage
from patchgrad.interop.torch_names import DTYPES, STORAGES
from patchgrad.nn.parameter import Parameter
from patchgrad.tensor import Tensor

LEGACY = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
"""How files of PyTorch before 1.6 begin."""
BROKEN = (
    pickle.UnpicklingError, EOFError, KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError,
    AssertionError, struct.error, MemoryError, RecursionError,
)  # fmt: skip
"""What a damaged pickle can raise."""
ALLOWED = (
    "PROTO", "FRAME", "MARK", "STOP", "POP", "POP_MARK", "DUP", "BINFLOAT", "BININT", "BININT1", "BININT2", "LONG1",
    "LONG4", "NONE", "NEWTRUE", "NEWFALSE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "BINSTRING",
    "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES", "EMPTY_LIST", "APPEND", "APPENDS", "LIST", "EMPTY_TUPLE", "TUPLE",
    "TUPLE1", "TUPLE2", "TUPLE3", "EMPTY_DICT", "DICT", "SETITEM", "SETITEMS", "EMPTY_SET", "ADDITEMS", "FROZENSET",
    "GLOBAL", "STACK_GLOBAL", "REDUCE", "BUILD", "BINGET", "LONG_BINGET", "BINPUT", "LONG_BINPUT", "MEMOIZE",
    "BINPERSID",
)  # fmt: skip
"""Instructions that plain data and tensors need."""


def read(file: BinaryIO) -> Any:
    """The data in the file, with tensors on the CPU. Tensors that shared memory when they were saved share it again."""
    _refuse_legacy(file)
    archive, entries = zips.contents(file)
    records = {name.partition("/")[2]: entry for name, entry in entries.items()}
    if "data.pkl" not in records:
        raise DataError(
            "this archive was not written by torch.save", got=", ".join(sorted(entries)[:5]) or "no entries"
        )
    if "constants.pkl" in records:
        raise DataError(
            "this file holds a TorchScript program", want="a state dict", hint="torch.save(model.state_dict(), path)"
        )
    storages = _Storages(archive, records)
    reader = _Reader(io.BytesIO(zips.read(archive, records["data.pkl"])), storages)
    try:
        return reader.load()
    except PatchgradError:
        raise
    except BROKEN as error:
        raise DataError("the pickle in this file is damaged", got=f"{type(error).__name__}: {error}") from None


def _refuse_legacy(file: BinaryIO) -> None:
    file.seek(0)
    start = file.read(len(LEGACY))
    if start == LEGACY or (start[:1] == b"\x80" and start[:2] != b"PK"):
        raise DataError(
            "this file has the old format of PyTorch, a bare pickle",
            want="the zip format that torch.save writes since PyTorch 1.6",
            hint="with PyTorch: torch.save(torch.load(path, weights_only=True), path)",
        )


class _Storages:
    """The storages of an archive by key, each read once, when a tensor first needs it."""

    def __init__(self, archive: Any, records: Mapping[str, Any]) -> None:
        self._archive = archive
        self._records = records
        self._read: dict[str, Storage] = {}
        order = zips.read(archive, records["byteorder"]) if "byteorder" in records else b"little"
        self._swapped = order != sys.byteorder.encode()

    def find(self, key: str, kind: str, count: int) -> Storage:
        """The storage ``key`` of ``count`` elements; DataError if the file has more or fewer bytes for it."""
        if key not in self._read:
            record = self._records.get(f"data/{key}")
            if record is None:
                raise DataError(
                    "a storage is missing from this file", got=f"data/{key}", hint="was it written to the end?"
                )
            self._read[key] = Storage(record.file_size, lambda: zips.read_array(self._archive, record), self._swapped)
        found = self._read[key]
        if type(count) is not int or count * as_dtype(kind).itemsize != found.size:
            raise DataError(
                "a storage has another size than the file says",
                got=f"data/{key}: {count} elements of {kind} announced, {found.size:,} bytes there",
            )
        return found


class _Maker:
    """A function that a pickle may call. It has no attributes that a pickle could change."""

    __slots__ = ("call",)

    def __init__(self, call: Callable[..., Any]) -> None:
        self.call = call

    def __call__(self, *args: Any) -> Any:
        return self.call(*args)


def _tensor(
    storage: Any, offset: Any, size: Any, stride: Any, requires_grad: Any = False, hooks: Any = None, notes: Any = None
) -> Tensor:
    """``torch._utils._rebuild_tensor_v2``."""
    found, kind = storage
    return _typed(found, offset, size, stride, requires_grad, kind)


def _tensor_of_dtype(
    storage: Any, offset: Any, size: Any, stride: Any, requires_grad: Any, hooks: Any, kind: Any, notes: Any = None
) -> Tensor:
    """``torch._utils._rebuild_tensor_v3``."""
    return _typed(storage[0], offset, size, stride, requires_grad, kind.name)


def _typed(storage: Storage, offset: Any, size: Any, stride: Any, requires_grad: Any, kind: str) -> Tensor:
    numbers = (offset, *size, *stride)
    if len(size) != len(stride) or not all(type(number) is int and number >= 0 for number in numbers):
        raise DataError("a tensor in this file has no sane shape", got=f"size {size}, stride {stride}, offset {offset}")
    tensor = storage.tensor(as_dtype(kind), tuple(size), tuple(stride), offset)
    return tensor.requires_grad_() if requires_grad is True else tensor


def _parameter(data: Tensor, requires_grad: Any, hooks: Any, state: Any = None) -> Parameter:
    return Parameter(data.detach(), requires_grad is True)


def _text(value: Any, encoding: Any) -> bytes:
    """Bytes in a pickle of protocol 2."""
    if encoding != "latin1":
        raise DataError("the pickle in this file is damaged", got=f"encoding {encoding!r}")
    return value.encode("latin1")


def _device(*spec: Any) -> Any:
    try:
        return device(":".join(map(str, spec)))
    except PatchgradError:
        return ":".join(map(str, spec))


FUNCTIONS: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor"): _Maker(_tensor),
    ("torch._utils", "_rebuild_tensor_v2"): _Maker(_tensor),
    ("torch._utils", "_rebuild_tensor_v3"): _Maker(_tensor_of_dtype),
    ("torch._utils", "_rebuild_parameter"): _Maker(_parameter),
    ("torch._utils", "_rebuild_parameter_with_state"): _Maker(_parameter),
    ("torch", "Size"): _Maker(tuple),
    ("torch", "device"): _Maker(_device),
    ("torch.storage", "UntypedStorage"): "uint8",
    ("_codecs", "encode"): _Maker(_text),
    ("builtins", "set"): _Maker(set),
    ("builtins", "frozenset"): _Maker(frozenset),
    ("builtins", "complex"): _Maker(complex),
    ("__builtin__", "set"): _Maker(set),
    ("__builtin__", "frozenset"): _Maker(frozenset),
    ("__builtin__", "complex"): _Maker(complex),
    ("torch", "UntypedStorage"): "uint8",
    **{("torch", name): kind for name, kind in STORAGES.items()},
}
"""All that a pickle may name, and what it gets for it."""


class _Reader(pickle._Unpickler):  # type: ignore[name-defined,misc]
    """Python's own unpickler with most of its instructions taken away."""

    def __init__(self, file: io.BytesIO, storages: _Storages) -> None:
        super().__init__(file, encoding="utf-8")
        self._storages = storages

    def find_class(self, module: str, name: str) -> Any:
        if module == "torch" and name in DTYPES:
            return as_dtype(name)
        if (module, name) not in FUNCTIONS:
            raise DataError(
                f"this file wants to call {module}.{name}, which weights do not need",
                got="a pickle that may run code",
                want="tensors, dictionaries, lists, numbers and text",
                hint="do not load files you do not trust; with PyTorch, save only model.state_dict()",
            )
        return FUNCTIONS[module, name]

    def persistent_load(self, pid: Any) -> Any:
        word, kind, key, _location, count = pid
        if word != "storage" or not isinstance(kind, str) or not isinstance(key, str):
            raise ValueError(f"unknown reference {word!r}")
        return self._storages.find(key, kind, count), kind

    def load_build(self) -> None:
        """Attributes of a dictionary (the ``_metadata`` of a state dict) are left out; nothing else has any."""
        self.stack.pop()  # type: ignore[attr-defined]
        if type(self.stack[-1]) is not OrderedDict:  # type: ignore[attr-defined]
            raise ValueError("attributes of something that has none")

    def load_reduce(self) -> None:
        args = self.stack.pop()  # type: ignore[attr-defined]
        function = self.stack[-1]  # type: ignore[attr-defined]
        if not isinstance(function, _Maker) and function is not OrderedDict:
            raise ValueError("a call of something that is no function")
        self.stack[-1] = function(*args)  # type: ignore[attr-defined]

    def load_refused(self) -> None:
        raise ValueError("an instruction that plain data does not need")

    dispatch: ClassVar[dict[int, Any]] = dict.fromkeys(range(256), load_refused) | {  # type: ignore[var-annotated]
        getattr(pickle, name)[0]: pickle._Unpickler.dispatch[getattr(pickle, name)[0]]  # type: ignore[attr-defined]
        for name in ALLOWED
    }
    dispatch |= {pickle.BUILD[0]: load_build, pickle.REDUCE[0]: load_reduce}
