"""Threads that share a kernel."""

from __future__ import annotations

import os
import threading
from typing import Any

import numpy
import pytest

from patchgrad.backend.kernels.cpu_fused import column_sums
from patchgrad.backend.native import program
from patchgrad.backend.native.program import Program
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


def test_a_helper_that_wakes_late_is_not_waited_for() -> None:
    """The only helper is kept busy by another thread's work; the caller does all parts himself."""
    team, may_end, begun = Team(2), threading.Event(), threading.Semaphore(0)

    def slow(arguments: Any, worker: int, workers: int) -> None:
        begun.release()
        may_end.wait(20)

    thread = threading.Thread(target=team.run, args=(slow, None))
    thread.start()
    begun.acquire()
    begun.acquire()
    assert recorded(team) == [(0, 2), (1, 2)]
    may_end.set()
    thread.join()


def test_an_interrupt_waits_for_the_helpers() -> None:
    team, begun, may_end, ended = Team(2), threading.Event(), threading.Event(), []

    def work(arguments: Any, worker: int, workers: int) -> None:
        if threading.current_thread() is threading.main_thread():
            begun.wait(20)
            threading.Timer(0.05, may_end.set).start()
            raise KeyboardInterrupt
        begun.set()
        may_end.wait(20)
        ended.append(worker)

    with pytest.raises(KeyboardInterrupt):
        team.run(work, None)
    assert len(ended) == 1


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


def test_a_program_gives_the_same_bits_with_any_number_of_helpers(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = numpy.random.default_rng(0).standard_normal
    run = column_sums(numpy.dtype("float32"))
    assert run is not None
    for size in (1, 2, 3):
        monkeypatch.setattr(program, "team", team := Team(size))
        monkeypatch.setattr(type(run), "parts", lambda self, work, size=size: size)
        made = Program()
        given = [draw((300, 70 + k)).astype("float32") for k in range(40)]
        found = [numpy.zeros(x.shape[1], "float32") for x in given]
        for x, out in zip(given, found, strict=True):
            made.add(run, [out, x, *x.shape, 16], 10**9)
        made.finish()
        for _ in range(30):
            for out in found:
                out[...] = 0
            made.run(0, len(made))
            assert all(out.tobytes() == x.sum(axis=0).tobytes() for x, out in zip(given, found, strict=True))
        assert team.size == size
