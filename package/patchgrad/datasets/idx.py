"""The idx format of MNIST: a big-endian header with type and sizes, then the bytes."""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path
from typing import Any

from patchgrad.backend import host
from patchgrad.errors import DataError

UNSIGNED_BYTE = 0x08


def read_idx(path: Path, shape: tuple[int, ...]) -> Any:
    """The uint8 array in an idx file, packed (``.gz``) or not.

    Errors
        DataError  if the file is truncated, is no idx file, or holds another shape.
    """
    content = _content(path)
    found = _header(path, content)
    if found != shape:
        raise _bad(path, f"an array of shape {found}", f"shape {shape}")
    start = 4 + 4 * len(shape)
    values = host.frombuffer(content, dtype=host.uint8, offset=start)
    if values.size != host.prod(shape):
        raise _bad(path, f"{values.size} bytes after the header", f"{host.prod(shape)} bytes")
    return values.reshape(shape)


def _content(path: Path) -> bytes:
    try:
        packed = path.read_bytes()
        return gzip.decompress(packed) if path.suffix == ".gz" else packed
    except (OSError, EOFError, zlib.error) as error:
        raise _bad(path, str(error), "a whole gzip file" if path.suffix == ".gz" else "a readable file") from error


def _header(path: Path, content: bytes) -> tuple[int, ...]:
    if len(content) < 4 or content[:3] != bytes([0, 0, UNSIGNED_BYTE]):
        raise _bad(
            path, f"a file that begins with {content[:4].hex(' ') or 'nothing'}", "an idx file of bytes (00 00 08)"
        )
    axes = content[3]
    if len(content) < 4 + 4 * axes:
        raise _bad(path, f"{len(content)} bytes", "a whole idx header")
    return struct.unpack_from(f">{axes}I", content, 4)


def _bad(path: Path, got: str, want: str) -> DataError:
    return DataError(
        f"{path.name} is damaged", where=str(path), got=got, want=want, hint="delete the file and get it again"
    )
