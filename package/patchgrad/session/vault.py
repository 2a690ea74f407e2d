"""Where the copies of marks lie: in memory up to a number of bytes, then in a folder that goes with the session."""

from __future__ import annotations

import copy
import itertools
import shutil
import tempfile
import weakref
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from patchgrad.backend import backend_of, host
from patchgrad.errors import SessionError

Key = tuple[str, ...]
BUDGET = 256 * 2**20
"""Bytes of copies in memory."""


class Copies:
    """Arrays by key, and other values as they were; in memory, or in one file."""

    def __init__(self, entries: Iterable[tuple[Key, Any]]) -> None:
        self._values: dict[Key, Any] = {}
        self._arrays: dict[Key, Any] = {}
        self._places: dict[Key, tuple[Any, tuple[int, ...]]] = {}
        for key, value in entries:
            if hasattr(value, "shape"):
                self._arrays[key] = value.copy()
            else:
                self._values[key] = copy.deepcopy(value)
        self.bytes = sum(array.nbytes for array in self._arrays.values())
        self._file: Path | None = None

    @property
    def in_memory(self) -> bool:
        return self._file is None

    def spill(self, file: Path) -> None:
        """Move the arrays to ``file``, one after the other."""
        with file.open("wb") as out:
            for key, array in self._arrays.items():
                held = host.ascontiguousarray(backend_of(array).to_host(array))
                self._places[key] = (held.dtype, array.shape)  # the contiguous copy of a single number has an axis
                out.write(held.tobytes())
        self._file, self._arrays = file, {}

    def read(self) -> dict[Key, Any]:
        """All arrays and values by key; the arrays are copies. Errors: SessionError if the file is gone."""
        arrays = self._from_file(self._file) if self._file else {key: held.copy() for key, held in self._arrays.items()}
        return {**copy.deepcopy(self._values), **arrays}

    def _from_file(self, file: Path) -> dict[Key, Any]:
        found: dict[Key, Any] = {}
        try:
            with file.open("rb") as source:
                for key, (dtype, shape) in self._places.items():
                    found[key] = host.empty(shape, dtype=dtype)
                    source.readinto(found[key].reshape(-1).view("uint8"))
        except OSError as error:
            raise SessionError(
                "the mark cannot be read any more", got=str(error), hint="was the folder of temporary files cleared?"
            ) from error
        return found

    def drop(self) -> None:
        """Free what is held."""
        self._arrays = {}
        if self._file is not None:
            self._file.unlink(missing_ok=True)


class Vault:
    """Keeps copies within ``budget`` bytes of memory: the oldest go to disk first."""

    def __init__(self, budget: int = BUDGET) -> None:
        self.budget = budget
        self._all: list[Copies] = []
        self._folder: Path | None = None
        self._numbers = itertools.count()

    @property
    def bytes(self) -> int:
        """Bytes of copies in memory."""
        return sum(copies.bytes for copies in self._all if copies.in_memory)

    def keep(self, entries: Iterable[tuple[Key, Any]]) -> Copies:
        """Copies of the arrays among the entries. Errors: SessionError if neither memory nor disk takes them."""
        made = Copies(entries)
        self._all.append(made)
        try:
            while self.bytes > self.budget:
                self._spill(next(copies for copies in self._all if copies.in_memory))
        except SessionError:
            self._all.remove(made)
            raise
        return made

    def drop(self, copies: Copies) -> None:
        """Let go of a mark's copies."""
        copies.drop()
        self._all.remove(copies)

    def _spill(self, copies: Copies) -> None:
        try:
            copies.spill(self._place() / f"{next(self._numbers)}.bin")
        except OSError as error:
            raise SessionError(
                "there is no room for another mark",
                got=f"{copies.bytes / 2**20:.3g} MB to keep: {error}",
                want=f"room in {tempfile.gettempdir()}, or a larger budget",
                hint="session.forget(mark), or Session(..., mark_memory=bytes)",
            ) from error

    def _place(self) -> Path:
        """The folder, made when it is first needed."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="patchgrad-marks-"))
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        return self._folder
