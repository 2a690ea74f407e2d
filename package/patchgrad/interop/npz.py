"""NumPy's archives of arrays. Objects in them, which would have to be unpickled, are refused."""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Mapping
from typing import Any, BinaryIO

from patchgrad.backend import host
from patchgrad.backend.dtype import as_dtype, from_numpy
from patchgrad.errors import DataError, DtypeError, PatchgradError
from patchgrad.interop import trees, zips

FOREIGN = "patchgrad.dtypes."
"""Before the name of an array that NumPy's format has no dtype for; its bits stand under its own name."""


def write(file: BinaryIO, arrays: Mapping[str, Any], plan: str | None) -> None:
    """Write arrays by name; bfloat16, which the format does not know, as its bits and a note."""
    members = dict[str, Any]()
    for name, array in arrays.items():
        members[name] = array
        if array.dtype.kind not in "fciub":
            members[name] = array.view(f"uint{8 * array.dtype.itemsize}")
            members[FOREIGN + name] = host.array(from_numpy(array.dtype).name)
    if plan is not None:
        members[trees.PLAN] = host.array(plan)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for name, array in members.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                host.lib.format.write_array(entry, host.asanyarray(array), allow_pickle=False)


def read(file: BinaryIO) -> tuple[dict[str, Any], str | None]:
    """Arrays by name, and the plan of what they were in."""
    archive, entries = zips.contents(file)
    found = {name.removesuffix(".npy"): _array(archive, entry) for name, entry in entries.items()}
    texts = {name: str(array) for name, array in found.items() if array.dtype.kind == "U"}
    plan = texts.pop(trees.PLAN, None)
    foreign = {name.removeprefix(FOREIGN): kind for name, kind in texts.items() if name.startswith(FOREIGN)}
    arrays = {name: array for name, array in found.items() if array.dtype.kind != "U"}
    for name, kind in foreign.items():
        arrays[name] = arrays[name].view(as_dtype(kind).numpy)
    for name, array in found.items():
        if array.dtype.kind == "U" and name != trees.PLAN and not name.startswith(FOREIGN):
            raise DataError(f"{name!r} holds text, not numbers", got=f"dtype {array.dtype}")
    return arrays, plan


def _array(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Any:
    """One array: its header is checked against the size of the entry before memory is taken."""
    try:
        with archive.open(entry) as stream:
            shape, fortran, kind, begin = _npy_header(stream)
    except zips.UNREADABLE as error:
        raise zips.damaged(f"{entry.filename!r}: {error}") from None
    _require_numbers(entry.filename, kind)
    if begin + math.prod(shape) * kind.itemsize != entry.file_size:
        raise zips.damaged(f"{entry.filename!r} claims the shape {shape} of {kind}, and has {entry.file_size:,} bytes")
    flat = zips.read_array(archive, entry, begin).view(kind)
    array = flat.reshape(shape[::-1]).T if fortran else flat.reshape(shape)
    return array if kind.isnative else array.astype(kind.newbyteorder("="))


def _npy_header(stream: Any) -> tuple[tuple[int, ...], bool, Any, int]:
    """Shape, order, dtype, and where the numbers begin."""
    start = io.BytesIO(stream.read(1 << 20))
    form = host.lib.format
    version = form.read_magic(start)
    if version not in ((1, 0), (2, 0)):
        raise ValueError(f"version {version} of the format is not supported")
    reader = form.read_array_header_1_0 if version == (1, 0) else form.read_array_header_2_0
    shape, fortran, kind = reader(start)
    return tuple(map(int, shape)), fortran, kind, start.tell()


def _require_numbers(name: str, kind: Any) -> None:
    if kind.hasobject:
        raise DataError(
            f"{name!r} holds Python objects, which would run code when they are loaded",
            got=f"dtype {kind}",
            want="arrays of numbers",
        )
    if kind.kind != "U":
        try:
            from_numpy(kind.newbyteorder("="))
        except PatchgradError:
            raise DtypeError(f"{name!r} has a dtype that is not supported", got=str(kind)) from None
