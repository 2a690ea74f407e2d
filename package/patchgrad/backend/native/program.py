"""A list of kernels with their arguments, run by one native call (see ``driver.py``)."""

from __future__ import annotations

from typing import Any

import numpy

from patchgrad.backend.native.compiled import DATA, word_of
from patchgrad.backend.native.driver import NAP, OVER, WORDS, YIELD, driver, waits
from patchgrad.backend.native.team import Team, team
from patchgrad.backend.products import single_thread

HELP = 1_000_000
"""Operations in parts, all in all, from which on another thread is asked for help."""


class Program:
    """Kernels and arguments in order: `add` while it is made, then `finish`, then `run` any number of times.

    Arguments are arrays that stay alive and where they are, numbers, or None for an array that is not there. An array
    that comes anew for each run is given its place by `bind`.
    """

    def __init__(self) -> None:
        self._kernels: list[tuple[int, Any, int]] = []
        self._kept: list[Any] = []
        self._shared = 0
        self._threads: Any = None

    def add(self, variant: Any, arguments: list[Any], work: int) -> Any:
        """Enter a kernel; its block of arguments, as words, to `bind` arrays in."""
        words = [word_of(entry) for entry in arguments]
        block = numpy.frombuffer(bytearray(variant.pack(*words)), numpy.int64)
        parts = variant.parts(work)
        if getattr(variant, "threaded", False):
            self._threads = single_thread()
        self._shared += work if parts > 1 else 0
        self._kernels.append((variant.address, block, parts))
        self._kept += [variant, *arguments]
        return block

    def __len__(self) -> int:
        return len(self._kernels)

    def finish(self) -> None:
        rows = [(address, block.ctypes.data, parts) for address, block, parts in self._kernels]
        self._rows = numpy.asarray(rows, numpy.int64).reshape(-1)
        self._state = numpy.zeros(WORDS, numpy.int64)
        self._state[[YIELD, NAP]] = waits()
        self._drive, self._assist = driver()
        self._where = (self._rows.ctypes.data, self._state.ctypes.data)
        helped = self._shared >= HELP and self._state[YIELD] != 0
        self._team: Team | None = team if helped and team.size > 1 else None

    def run(self, first: int, last: int) -> None:
        """Run the kernels from ``first`` to before ``last``. Products of OpenBLAS are one thread's each."""
        if self._threads is None:
            return self._run(first, last)
        before = self._threads(1)
        try:
            self._run(first, last)
        finally:
            self._threads(before)

    def _run(self, first: int, last: int) -> None:
        rows, state = self._where
        if self._team is None:
            self._drive(rows, first, last, state)
            return
        self._state[OVER] = 0
        self._team.invite(self._help)
        try:
            self._drive(rows, first, last, state)
        finally:
            self._state[OVER] = 1

    def _help(self) -> None:
        self._assist(*self._where)


def bind(block: Any, place: int, array: Any) -> None:
    """Put an array, in one piece, in its place among arguments; it must live until the program has run."""
    block[place] = id(array) + DATA
