"""Safetensors: eight bytes with the length of a header, the header as JSON, then the bytes of the tensors.

Nothing in such a file can run. All that the header claims is checked against the length of the file before any memory
is taken. Written here and not with the package of the format's authors because that one has no bfloat16 without
PyTorch.

Source
    The format as described by its authors, https://github.com/huggingface/safetensors
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, BinaryIO

from patchgrad.backend import host
from patchgrad.backend.dtype import as_dtype, from_numpy
from patchgrad.errors import DataError, DtypeError

NAMES = {
    "BOOL": "bool", "U8": "uint8", "I8": "int8", "I16": "int16", "U16": "uint16", "F16": "float16", "BF16": "bfloat16",
    "I32": "int32", "U32": "uint32", "F32": "float32", "C64": "complex64", "F64": "float64", "I64": "int64",
    "U64": "uint64",
}  # fmt: skip
CODES = {name: code for code, name in NAMES.items()}
LONGEST_HEADER = 100_000_000
NOTES = "__metadata__"


def write(file: BinaryIO, arrays: Mapping[str, Any], notes: Mapping[str, str]) -> None:
    """Write arrays by name, and texts by name. The widest dtypes lie first, so that all are aligned."""
    header: dict[str, Any] = {NOTES: dict(notes)} if notes else {}
    header |= dict.fromkeys(arrays)
    place, parts = 0, list[Any]()
    for name, array in sorted(arrays.items(), key=lambda entry: -entry[1].dtype.itemsize):
        if name == NOTES:
            raise DataError(f"a tensor cannot be called {NOTES!r} in a safetensors file")
        code = CODES.get(from_numpy(array.dtype).name)
        if code is None:
            raise DtypeError(
                f"safetensors has no {array.dtype.name}",
                got=f"{name}: {array.dtype.name}",
                want=", ".join(CODES),
                hint="save it as .npz or .pt",
            )
        header[name] = {"dtype": code, "shape": array.shape, "data_offsets": (place, place + array.nbytes)}
        place += array.nbytes
        parts.append(array)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    file.write(len(text).to_bytes(8, "little") + text)
    for array in parts:
        file.write(_bytes(array))


def read(file: BinaryIO) -> tuple[dict[str, Any], dict[str, str]]:
    """Arrays by name in the order of the header, and the texts. Raises DataError without having read a tensor."""
    header, begin, length = _header(file)
    notes = header.pop(NOTES, {})
    if not isinstance(notes, dict) or not all(isinstance(value, str) for value in notes.values()):
        raise _damaged("its metadata is not text by name")
    entries = {name: _entry(name, given) for name, given in header.items()}
    _require_cover(entries, length)
    arrays: dict[str, Any] = {}
    for name, (kind, shape, first, last) in entries.items():
        array = host.empty(last - first, dtype="uint8")
        file.seek(begin + first)
        if file.readinto(memoryview(array)) != last - first:  # type: ignore[attr-defined]
            raise _damaged(f"it ends inside {name!r}")
        arrays[name] = array.view(kind).reshape(shape)
    return arrays, notes


def _header(file: BinaryIO) -> tuple[dict[str, Any], int, int]:
    """The header, where the tensors begin, and how many bytes of them there are."""
    size = file.seek(0, 2)
    file.seek(0)
    count = int.from_bytes(file.read(8), "little")
    if size < 8 or count > min(size - 8, LONGEST_HEADER):
        raise _damaged(f"a header of {count:,} bytes is announced, and the file has {size:,}")
    try:
        header = json.loads(file.read(count), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise _damaged(f"its header is not JSON: {error}") from None
    if not isinstance(header, dict):
        raise _damaged("its header is not a dictionary")
    return header, 8 + count, size - 8 - count


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _entry(name: str, given: Any) -> tuple[Any, tuple[int, ...], int, int]:
    """Dtype, shape, and the first and last byte of a tensor."""
    try:
        code, shape, (first, last) = given["dtype"], tuple(given["shape"]), given["data_offsets"]
        whole = all(type(number) is int and number >= 0 for number in (*shape, first, last))
    except (TypeError, KeyError, ValueError):
        raise _damaged(f"what it says of {name!r} is not a dtype, a shape and offsets") from None
    if code not in NAMES:
        raise DataError(f"{name!r} has a dtype that is not supported", got=str(code), want=", ".join(NAMES))
    kind = as_dtype(NAMES[code]).numpy
    if not whole or last - first != math.prod(shape) * kind.itemsize:
        raise _damaged(f"{name!r} claims the shape {shape} of {code} and the bytes {first} to {last}")
    return kind, shape, first, last


def _require_cover(entries: Mapping[str, Any], length: int) -> None:
    """The tensors follow each other without a hole to the very end."""
    place = 0
    for name, (_, _, first, last) in sorted(entries.items(), key=lambda entry: entry[1][2:]):
        if first != place:
            raise _damaged(f"{name!r} begins at byte {first} and not at {place}")
        place = last
    if place != length:
        raise _damaged(f"its tensors have {place:,} bytes, and the file {length:,}")


def _damaged(what: str) -> DataError:
    return DataError("this is no whole safetensors file", got=what, hint="was it downloaded to the end?")


def _bytes(array: Any) -> Any:
    """The bytes of an array, in C order and with the low byte first."""
    array = host.ascontiguousarray(array)
    if array.dtype.byteorder == ">" or (array.dtype.byteorder == "=" and not host.little_endian):
        array = array.byteswap()
    return memoryview(array.reshape(-1).view("uint8"))
