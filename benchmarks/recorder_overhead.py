"""What watching costs: a step of an MLP (784-512-512-10, batch 128, Adam) alone, with the recorder, with ``pg.watch``.

Law 5: nothing attached, nothing paid (at most 0.5 %); the default quantities, at most 3 % of a 10 ms step.
All run the same network in turns, in blocks of steps, as the recorder looks closely at a step only now and
then; the ratio is the median over the rounds of block beside block. Time is that of the processor.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import patchgrad as pg
from benchmarks.timing import Row
from patchgrad import nn, optim
from patchgrad.backend import host
from patchgrad.recorder import Recorder, Watch

BLOCK, ROUNDS = 60, 16
Block = Callable[[], None]


def _network() -> tuple[nn.Module, Callable[[], float]]:
    rng = host.random.default_rng(0)
    images, targets = (pg.tensor(rng.standard_normal(shape).astype("float32")) for shape in ((128, 784), (128, 10)))
    model = nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10))
    optimizer = optim.Adam(model.parameters(), lr=1e-4)

    def step() -> float:
        optimizer.zero_grad()
        difference = model(images) - targets
        loss = (difference * difference).mean()
        loss.backward()
        optimizer.step()
        return loss.item()

    return model, step


def _blocks(model: nn.Module, step: Callable[[], float], recorders: tuple[Recorder, Recorder]) -> dict[str, Block]:
    """The same steps in several ways. The recorders go on from block to block."""
    own, watching = recorders
    done = {"recorded": 0, "watched": 0}

    def alone() -> None:
        for _ in range(BLOCK):
            step()

    def recorded() -> None:
        for number in range(done["recorded"], done["recorded"] + BLOCK):
            with own.step(number, model) as look:
                look.loss = step()
        done["recorded"] += BLOCK

    def watched() -> None:
        with Watch(model, watching) as view:
            view.step = done["watched"]
            alone()
        done["watched"] += BLOCK

    def closed() -> None:
        with Watch(model, watching):
            pass
        alone()

    return {
        "alone": alone,
        "alone once more": alone,
        "after a watch was closed": closed,
        "recorder, default quantities": recorded,
        "pg.watch, default quantities": watched,
    }


def run() -> list[Row]:
    recorders = Recorder(), Recorder()
    blocks = _blocks(*_network(), recorders)
    for block in (*blocks.values(), *blocks.values()):
        block()
    times: dict[str, list[float]] = {name: [] for name in blocks}
    for round_ in range(ROUNDS):
        turns = list(blocks.items())
        for name, block in turns[round_ % len(turns) :] + turns[: round_ % len(turns)]:
            start = time.process_time()
            block()
            times[name].append((time.process_time() - start) / BLOCK * 1e3)
    for recorder in recorders:
        print(f"  {recorder.budget}")
    return [_row(name, taken, times["alone"]) for name, taken in times.items()]


def _row(name: str, taken: list[float], alone: list[float]) -> Row:
    low, median, high = statistics.quantiles(taken, n=4)
    ratios = [with_it / without for with_it, without in zip(taken, alone, strict=True)]
    return Row(name, median, low, high, statistics.median(ratios))
