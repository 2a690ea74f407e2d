"""Zip archives from strangers: looked through before anything is read from them."""

from __future__ import annotations

import struct
import zipfile
import zlib
from typing import Any, BinaryIO

from patchgrad.backend import host
from patchgrad.errors import DataError

UNREADABLE = (
    zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, OSError, EOFError, IndexError, zlib.error,
    struct.error,
)  # fmt: skip
"""What reading a damaged archive can raise."""
SQUEEZE = 1040
"""Deflate makes nothing smaller than by a factor of 1,032."""


def contents(file: BinaryIO) -> tuple[zipfile.ZipFile, dict[str, zipfile.ZipInfo]]:
    """The open archive and its entries by name.

    Errors
        DataError  if it is damaged, or if an entry is encrypted, stands twice, has a name that leads out of the
                   archive, or claims more bytes than the file can hold.
    """
    size = file.seek(0, 2)
    try:
        archive = zipfile.ZipFile(file)
        found = archive.infolist()
    except UNREADABLE as error:
        raise damaged(str(error)) from None
    entries: dict[str, zipfile.ZipInfo] = {}
    for entry in found:
        _require_sane(entry, size)
        if entry.filename in entries:
            raise damaged(f"two entries are called {entry.filename!r}")
        entries[entry.filename] = entry
    return archive, entries


def _require_sane(entry: zipfile.ZipInfo, size: int) -> None:
    name, packed, real = entry.filename, entry.compress_size, entry.file_size
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or name.startswith(("/", "\\")) or ":" in parts[0]:
        raise DataError("a name in the archive leads out of it", got=repr(name), hint="do not trust this file")
    if entry.flag_bits & 1:
        raise damaged(f"{name!r} is encrypted")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise damaged(f"{name!r} is packed in a way that is not supported")
    most = packed if entry.compress_type == zipfile.ZIP_STORED else SQUEEZE * (packed + 64)
    if entry.header_offset + packed > size or real > most:
        raise damaged(f"{name!r} claims {real:,} bytes packed into {packed:,}, and the file has {size:,}")


def read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """All bytes of an entry, whose size was checked."""
    try:
        return archive.read(entry)
    except UNREADABLE as error:
        raise damaged(f"{entry.filename!r}: {error}") from None


def read_array(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, skip: int = 0) -> Any:
    """The bytes of an entry from ``skip`` on in fresh memory that can be written."""
    array: Any = host.empty(entry.file_size - skip, dtype="uint8")
    rest = memoryview(array)
    try:
        with archive.open(entry) as stream:
            stream.read(skip)
            while count := stream.readinto(rest[: 1 << 24]):  # type: ignore[attr-defined]
                rest = rest[count:]
    except UNREADABLE as error:
        raise damaged(f"{entry.filename!r}: {error}") from None
    if len(rest):
        raise damaged(f"{entry.filename!r} ends early")
    return array


def damaged(what: str) -> DataError:
    return DataError("this is no whole archive", got=what, hint="was it downloaded to the end?")
