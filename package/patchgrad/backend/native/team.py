"""Threads that share a kernel: they sleep until there is work, and the caller is one of them.

A kernel is always cut into as many parts as there are workers, also when one thread has to do them all, so that a sum
has the same order from run to run.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

Work = Callable[[Any, int, int], None]
"""``work(arguments, worker, workers)``, machine code that does not hold Python's lock."""


def processors() -> int:
    """How many threads compute: ``OMP_NUM_THREADS``, as for the matrix products, or one for each processor."""
    given = os.environ.get("OMP_NUM_THREADS", "")
    if given.isdigit() and int(given) > 0:
        return int(given)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Helper:
    """One sleeping thread."""

    def __init__(self, worker: int, workers: int) -> None:
        self._place = worker, workers
        self._begin, self._end = threading.Lock(), threading.Lock()
        self._begin.acquire()
        self._end.acquire()
        self._work: Any = None
        threading.Thread(target=self._run, name=f"patchgrad-worker-{worker}", daemon=True).start()

    def _run(self) -> None:
        while True:
            self._begin.acquire()
            work, arguments = self._work
            work(arguments, *self._place)
            self._end.release()

    def start(self, work: Work, arguments: Any) -> None:
        self._work = work, arguments
        self._begin.release()

    def wait(self) -> None:
        """Until the work is done, whatever interrupts: it writes into arrays that the caller would let go."""
        interrupt: BaseException | None = None
        while True:
            try:
                self._end.acquire()
                break
            except BaseException as error:
                interrupt = error
        if interrupt is not None:
            raise interrupt


class Team:
    """The caller and its helpers, who are made when they are first needed."""

    def __init__(self, size: int | None = None) -> None:
        self.size = size or processors()
        self._helpers: list[Helper] | None = None
        self._busy = threading.Lock()

    def run(self, work: Work, arguments: Any) -> None:
        """All parts of the work, side by side; one after the other where the helpers work for another thread."""
        if self.size == 1 or not self._busy.acquire(blocking=False):
            for worker in range(self.size):
                work(arguments, worker, self.size)
            return
        try:
            if self._helpers is None:
                self._helpers = [Helper(worker, self.size) for worker in range(1, self.size)]
            for helper in self._helpers:
                helper.start(work, arguments)
            work(arguments, 0, self.size)
            for helper in self._helpers:
                helper.wait()
        finally:
            self._busy.release()

    def forget(self) -> None:
        """In a process made by fork there are no threads but one."""
        self._helpers, self._busy = None, threading.Lock()


team = Team()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=team.forget)
