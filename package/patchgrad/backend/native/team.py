"""Threads that share a kernel: they sleep until there is work, and the caller is one of them.

A kernel is always cut into as many parts as there are workers, so that a sum has the same order from run to run. Who
does a part is decided when it is begun: on a busy machine, where a helper wakes late, the caller has done them all.
"""

from __future__ import annotations

import os
import queue
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


class Task:
    """A kernel's call: the parts that nobody has begun, and which helpers came."""

    def __init__(self, work: Work, arguments: Any, parts: int) -> None:
        self.work, self.arguments, self.parts = work, arguments, parts
        self._left = list(range(parts - 1, -1, -1))
        self._came: list[None] = []
        self._done: queue.SimpleQueue[None] = queue.SimpleQueue()

    def join(self) -> None:
        """Do parts until none is left."""
        while self._left:
            try:
                part = self._left.pop()
            except IndexError:
                return
            self.work(self.arguments, part, self.parts)

    def help(self) -> None:
        self._came.append(None)
        try:
            self.join()
        finally:
            self._done.put(None)

    def finish(self) -> None:
        """Wait for those who came, whatever interrupts: they write into arrays that the caller would let go."""
        self._left.clear()
        interrupt: BaseException | None = None
        waiting = len(self._came)
        while waiting:
            try:
                self._done.get()
                waiting -= 1
            except BaseException as error:
                interrupt = error
        if interrupt is not None:
            raise interrupt


class Team:
    """The helpers of all callers, made when they are first needed."""

    def __init__(self, size: int | None = None) -> None:
        self.size = size or processors()
        self._tasks: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._hired = False
        self._hiring = threading.Lock()

    def run(self, work: Work, arguments: Any) -> None:
        """All parts of the work, by the caller and whoever wakes in time."""
        task = Task(work, arguments, self.size)
        if self.size > 1 and not self._hired:
            self._hire()
        for _ in range(self.size - 1):
            self._tasks.put(task.help)
        try:
            task.join()
        finally:
            task.finish()

    def invite(self, help: Callable[[], None]) -> None:
        """Let every helper that wakes call ``help``; nobody waits for them."""
        if not self._hired:
            self._hire()
        for _ in range(self.size - 1):
            self._tasks.put(help)

    def _hire(self) -> None:
        with self._hiring:
            for number in range(0 if self._hired else self.size - 1):
                name = f"patchgrad-worker-{number + 1}"
                threading.Thread(target=_work_for, args=(self._tasks,), name=name, daemon=True).start()
            self._hired = True

    def forget(self) -> None:
        """In a process made by fork there are no threads but one."""
        self.__init__(self.size)


def _work_for(tasks: queue.SimpleQueue[Callable[[], None]]) -> None:
    while True:
        tasks.get()()


team = Team()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=team.forget)
