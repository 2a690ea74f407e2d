"""Compiled kernels on disk, in the user's cache folder. Where it cannot be written, kernels live in memory alone."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

LIMIT = 2000
"""So many files are kept; beyond it those that were not read for the longest time go."""
DIGEST = hashlib.sha256().digest_size


def folder() -> Path:
    """``PATCHGRAD_CACHE``, or the system's place for what can be made again."""
    given = os.environ.get("PATCHGRAD_CACHE")
    if given:
        return Path(given) / "kernels"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "patchgrad" / "kernels"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home()) / "patchgrad" / "Cache" / "kernels"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "patchgrad" / "kernels"


def read(key: str) -> bytes | None:
    """The object file of this key; None where there is none, or a damaged one."""
    try:
        path = folder() / f"{key}.o"
        found = path.read_bytes()
        os.utime(path)
    except (OSError, RuntimeError):
        return None
    return found[DIGEST:] if hashlib.sha256(found[DIGEST:]).digest() == found[:DIGEST] else None


def write(key: str, data: bytes) -> None:
    """Keep an object file, if the folder lets us; others see it whole or not at all."""
    with suppress(OSError, RuntimeError):
        place = folder()
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(data).digest() + data)
            os.replace(name, place / f"{key}.o")
        except OSError:
            os.unlink(name)
        _forget(place)


def _forget(place: Path) -> None:
    files = list(place.glob("*.o"))
    if len(files) > LIMIT:
        for path in sorted(files, key=lambda path: path.stat().st_mtime)[: len(files) - LIMIT // 2]:
            path.unlink(missing_ok=True)
