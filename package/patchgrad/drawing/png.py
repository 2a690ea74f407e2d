"""Pixels as a PNG file: eight bits, grey or red, green and blue.

Source: W3C, Portable Network Graphics Specification (chunks IHDR, IDAT, IEND; filter type 0).
"""

from __future__ import annotations

import struct
import zlib
from typing import Any


def png(pixels: Any) -> bytes:
    """The file of uint8 pixels (height, width) or (height, width, 3)."""
    height, width = pixels.shape[:2]
    grey = pixels.ndim == 2
    rows = pixels.reshape(height, -1)
    lines = b"".join(b"\0" + row.tobytes() for row in rows)
    header = struct.pack(">IIBBBBB", width, height, 8, 0 if grey else 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
