"""What watching costs: steps of an MLP with Adam alone, with the recorder, with ``pg.watch``; and what peers cost.

Law 5: nothing attached, nothing paid (at most 0.5 %); the default quantities, at most 3 % of a 10 ms step.
All run the same network in turns, in blocks of steps, as the recorder looks closely at a step only now and
then; the ratio is the median over the rounds of block beside block. Time is that of the processor.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import patchgrad as pg
from benchmarks import watching_peers
from benchmarks.timing import Row, race
from patchgrad import nn, optim
from patchgrad.backend import host
from patchgrad.recorder import Recorder, Watch

SIZES = {"10 ms": (512, 128, 60, 16), "1 ms": (128, 32, 200, 12), "100 ms": (1536, 512, 6, 6)}
"""Width of the hidden layers, batch, steps of a block, rounds; by what a step takes, about."""
Block = Callable[[], None]


def _network(width: int = 512, batch: int = 128) -> tuple[nn.Module, Callable[[], float]]:
    rng = host.random.default_rng(0)
    images, targets = (pg.tensor(rng.standard_normal((batch, size)).astype("float32")) for size in (784, 10))
    model = nn.Sequential(nn.Linear(784, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 10))
    optimizer = optim.Adam(model.parameters(), lr=1e-4)

    def step() -> float:
        optimizer.zero_grad()
        difference = model(images) - targets
        loss = (difference * difference).mean()
        loss.backward()
        optimizer.step()
        return loss.item()

    return model, step


def _blocks(
    model: nn.Module, step: Callable[[], float], recorders: tuple[Recorder, Recorder], length: int
) -> dict[str, Block]:
    """The same steps in several ways. The recorders go on from block to block."""
    own, watching = recorders
    done = {"recorded": 0, "watched": 0}

    def alone() -> None:
        for _ in range(length):
            step()

    def recorded() -> None:
        for number in range(done["recorded"], done["recorded"] + length):
            with own.step(number, model) as look:
                look.loss = step()
        done["recorded"] += length

    def watched() -> None:
        with Watch(model, watching) as view:
            view.step = done["watched"]
            alone()
        done["watched"] += length

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
    found = [row for name, size in SIZES.items() for row in _rows(name, *size)]
    return [*found, *_closely(), *watching_peers.run()]


def _rows(title: str, width: int, batch: int, length: int, rounds: int) -> list[Row]:
    recorders = Recorder(), Recorder()
    blocks = _blocks(*_network(width, batch), recorders, length)
    for block in (*blocks.values(), *blocks.values()):
        block()
    times: dict[str, list[float]] = {name: [] for name in blocks}
    for round_ in range(rounds):
        turns = list(blocks.items())
        for name, block in turns[round_ % len(turns) :] + turns[: round_ % len(turns)]:
            start = time.process_time()
            block()
            times[name].append((time.process_time() - start) / length * 1e3)
    for recorder in recorders:
        print(f"  {title}: {recorder.budget}")
    return [_row(f"{title}: {name}", taken, times["alone"]) for name, taken in times.items()]


def _closely() -> list[Row]:
    """A step that is looked at with all there is, beside the same step alone: to compare with peers that trace."""
    model, step = _network()
    recorder, done = Recorder(every=1), iter(range(10**9))

    def looked() -> None:
        with recorder.step(next(done), model) as look:
            look.loss = step()

    contestants: dict[str, Callable[[], object]] = {"the step alone": step, "the step, looked at closely": looked}
    return race(contestants, rounds=12, inner=2, clock=time.process_time)


def _row(name: str, taken: list[float], alone: list[float]) -> Row:
    low, median, high = statistics.quantiles(taken, n=4)
    ratios = [with_it / without for with_it, without in zip(taken, alone, strict=True)]
    return Row(name, median, low, high, statistics.median(ratios))
