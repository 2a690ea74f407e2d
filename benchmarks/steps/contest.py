"""The contest: every contestant in a process of its own, blocks of steps in turns, round after round."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import patchgrad as pg
from benchmarks.steps.peers import PEERS, THREADS
from benchmarks.steps.workloads import BATCHES, named
from patchgrad.backend import host

BLOCK_MS = 60.0
"""About how long a contestant's turn is."""
LOSS_TOLERANCE = 2e-3
"""Relative difference of the losses of the first steps, all of which start from the same weights and data."""


@dataclass(frozen=True)
class Figure:
    """What was measured of one contestant on one workload. Times in milliseconds, memory in megabytes.

    ``ratio`` is the median over the rounds of its block beside the first contestant's; ``note`` says why it is absent.
    """

    workload: str
    name: str
    median: float = 0.0
    low: float = 0.0
    high: float = 0.0
    ratio: float = 0.0
    first: float = 0.0
    importing: float = 0.0
    memory: float = 0.0
    note: str = ""

    def __str__(self) -> str:
        if self.note:
            return f"{self.name:<16} left out: {self.note}"
        return (
            f"{self.name:<16} {self.median:9.3f} ms ({self.low:.3f} to {self.high:.3f})  x {self.ratio:5.2f}   "
            f"first step {self.first:8.0f} ms   peak {self.memory:5.0f} MB   import {self.importing:5.0f} ms"
        )


class Contestant:
    """A peer's process. A context that ends it. Raises RuntimeError with its last words if it cannot take part."""

    def __init__(self, peer: str, workload: str, file: Path) -> None:
        self.name = peer
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115, closed by __exit__
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.steps.worker", peer, workload, str(file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env=_environment(file.parent),
        )
        self.began: dict[str, Any] = self._answer()
        self.blocks: list[list[float]] = []

    def __enter__(self) -> Contestant:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()
        self._errors.close()

    def ask(self, question: object) -> Any:
        print(question, file=self._process.stdin, flush=True)
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if line:
            return json.loads(line)
        self._process.communicate()
        self._errors.seek(0)
        last = [line.strip() for line in self._errors.read().splitlines() if line.strip()]
        self._errors.close()
        raise RuntimeError(last[-1] if last else "it ended without a word")


def _environment(folder: Path) -> dict[str, str]:
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(THREADS))
    own = {"TORCHINDUCTOR_CACHE_DIR": str(folder / "inductor"), "JAX_PLATFORMS": "cpu"}
    if THREADS == 1:
        own["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    return {**os.environ, **threads, **own}


def _prepare(workload: str, folder: Path) -> Path:
    """The weights that all start from, and the batches, as a file."""
    work, rng = named(workload), host.random.default_rng(0)
    pg.manual_seed(0)
    weights = {f"w:{name}": parameter.data for name, parameter in work.network(pg).named_parameters()}
    batches = [work.batch(rng) for _ in range(BATCHES)]
    data = {f"b:{i}:{j}": array for i, batch in enumerate(batches) for j, array in enumerate(batch)}
    host.savez(folder / "start.npz", **weights, **data)
    return folder / "start.npz"


def contest(workload: str, peers: list[str] | None = None, rounds: int = 11) -> list[Figure]:
    """Figures of all peers that can take part; ratios refer to the first of them."""
    absent: list[Figure] = []
    with ExitStack() as stack:
        file = _prepare(workload, Path(stack.enter_context(tempfile.TemporaryDirectory())))
        present: list[Contestant] = []
        for peer in peers or PEERS:
            try:
                present.append(stack.enter_context(Contestant(peer, workload, file)))
            except RuntimeError as error:
                absent.append(Figure(workload, peer, note=str(error)[:120]))
        _same_losses(workload, present)
        _race(present, rounds)
        return [_figure(workload, each, present[0]) for each in present] + absent


def _same_losses(workload: str, present: list[Contestant]) -> None:
    wanted = present[0].began["losses"]
    for each in present[1:]:
        for ours, theirs in zip(each.began["losses"], wanted, strict=True):
            if not abs(ours - theirs) <= LOSS_TOLERANCE * abs(theirs):
                raise RuntimeError(f"{workload}: {each.name} computes {each.began['losses']}, not {wanted}")


def _race(present: list[Contestant], rounds: int) -> None:
    counts = {each.name: max(1, round(BLOCK_MS / statistics.median(each.ask(5)))) for each in present}
    for each in present:
        each.ask(counts[each.name])
    for number in range(rounds):
        turn = number % len(present)
        for each in present[turn:] + present[:turn]:
            each.blocks.append(each.ask(counts[each.name]))


def _figure(workload: str, each: Contestant, first: Contestant) -> Figure:
    times = [time for block in each.blocks for time in block]
    low, median, high = statistics.quantiles(times, n=4)
    medians = [
        statistics.median(mine) / statistics.median(other)
        for mine, other in zip(each.blocks, first.blocks, strict=True)
    ]
    ratio = statistics.median(medians)
    began = each.began
    return Figure(workload, each.name, median, low, high, ratio, began["first"], began["import"], each.ask("memory"))
