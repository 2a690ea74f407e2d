"""Threads that share a kernel."""

from __future__ import annotations

import os
import threading
from typing import Any

import pytest

from patchgrad.backend.native.team import Team


def recorded(team: Team) -> list[int]:
    done: list[int] = []
    team.run(lambda arguments, worker, workers: arguments.append((worker, workers)), done)
    return sorted(done)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_every_part_is_done_once(size: int) -> None:
    team = Team(size)
    for _ in range(20):
        assert recorded(team) == [(worker, size) for worker in range(size)]


def test_who_finds_the_helpers_busy_does_all_parts() -> None:
    team = Team(2)
    inner: list[Any] = []

    def work(arguments: Any, worker: int, workers: int) -> None:
        if worker == 0:
            thread = threading.Thread(target=lambda: inner.extend(recorded(team)))
            thread.start()
            thread.join()

    team.run(work, None)
    assert inner == [(0, 2), (1, 2)]


def test_an_interrupt_waits_for_the_helpers(monkeypatch: pytest.MonkeyPatch) -> None:
    team, may_end, ended = Team(2), threading.Event(), []

    def work(arguments: Any, worker: int, workers: int) -> None:
        if worker == 1:
            may_end.wait(10)
            ended.append(worker)

    class Interrupted:
        """The lock that says "done", the first time it is waited for."""

        def __init__(self, lock: Any) -> None:
            self.lock, self.first, self.release = lock, True, lock.release

        def acquire(self) -> None:
            if self.first:
                self.first = False
                may_end.set()
                raise KeyboardInterrupt
            self.lock.acquire()

    recorded(team)
    helper = team._helpers[0]  # type: ignore[index]
    helper._end = Interrupted(helper._end)  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt):
        team.run(work, None)
    assert ended == [1]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_process_made_by_fork_has_helpers_of_its_own() -> None:
    team = Team(2)
    recorded(team)
    child = os.fork()
    if child == 0:
        team.forget()
        os._exit(0 if recorded(team) == [(0, 2), (1, 2)] else 1)
    assert os.waitpid(child, 0)[1] == 0
