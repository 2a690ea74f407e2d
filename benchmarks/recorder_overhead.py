"""What watching costs: a step of an MLP (784-512-512-10, batch 128, Adam) alone, with the recorder, with ``pg.watch``.

Law 5: nothing attached, nothing paid (at most 0.5 %); the default quantities, at most 3 % of a 10 ms step.
Contestants take turns in blocks of steps, as the recorder looks closely at a step only now and then.
"""

from __future__ import annotations

from collections.abc import Callable

import patchgrad as pg
from benchmarks.timing import Row, race
from patchgrad import nn, optim
from patchgrad.backend import host
from patchgrad.recorder import Recorder

BLOCK, ROUNDS = 40, 16


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


def _recorded(recorder: Recorder) -> Callable[[], object]:
    model, step = _network()
    number = 0

    def watched() -> None:
        nonlocal number
        number += 1
        with recorder.step(number, model) as look:
            look.loss = step()

    return watched


def run() -> list[Row]:
    recorder = Recorder()
    model, watched = _network()
    view = pg.watch(model)
    closed_model, closed = _network()
    pg.watch(closed_model).close()
    rows = race(
        {
            "alone": _network()[1],
            "watched before, closed now": closed,
            "recorder, default quantities": _recorded(recorder),
            "pg.watch": watched,
        },
        rounds=ROUNDS,
        inner=BLOCK,
        warm_up=BLOCK,
    )
    print(f"  recorder: {recorder.budget}")
    print(f"  pg.watch: {view.recorder.budget}")
    return rows
