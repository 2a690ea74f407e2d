"""Sessions beside each other in one process, and beside other work: each has the bits of running alone."""

from __future__ import annotations

import threading
from typing import Any

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.session import Session

from . import models


class Wide(nn.Module):
    """Large enough that its products are shared out to workers; dropout draws from its own stream."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.fc1, self.drop, self.fc2 = nn.Linear(64, width), nn.Dropout(0.3), nn.Linear(width, 2)

    def forward(self, x: Any) -> Any:
        return self.fc2(self.drop(self.fc1(x).relu()))


def wide(width: int) -> Session:
    return models.session(Wide(width), loader=models.batches(8, 64, 64), optimizer=lambda p: optim.Adam(p, lr=1e-2))


def perceptron(_: int) -> Session:
    return models.session(optimizer=lambda p: optim.SGD(p, lr=0.05, momentum=0.9))


MAKERS = [(wide, 96), (perceptron, 0), (wide, 160)]
EDITS = [pg.edit.optimizer("AdamW", lr=1e-3), pg.edit.rate("fc1", 0.5), pg.edit.width("fc1", 24)]


def made() -> list[Session]:
    """The sessions, all made before any of them trains: a seed starts all streams anew."""
    pg.manual_seed(0)
    return [make(width) for make, width in MAKERS]


def alone() -> list[tuple[list[float], str]]:
    found = []
    for session in made():
        losses = models.losses(session, 12)
        for edit in EDITS:
            session.apply(edit)
        found.append(([*losses, *models.losses(session, 12)], session.fingerprint()))
    return found


def test_sessions_that_train_at_once_have_the_bits_of_training_alone():
    expected = alone()
    sessions = made()
    losses: list[list[float]] = [[] for _ in sessions]
    for own, session in zip(losses, sessions, strict=True):
        note = lambda event, own=own, one=session: own.append(one.loss) if event == "step" else None  # noqa: E731
        session.subscribe(note)
    for round_ in range(2):
        for session in sessions:
            session.start(12)
        for session in sessions:
            session.wait(120)
        for edit in EDITS if round_ == 0 else ():
            for session in sessions:
                session.apply(edit)
    found = [(own, session.fingerprint()) for own, session in zip(losses, sessions, strict=True)]
    for session in sessions:
        session.close()
    assert found == expected


def test_training_in_the_background_and_computing_in_the_cell_do_not_touch_each_other():
    expected = alone()[0]
    session, done = made()[0], threading.Event()
    losses: list[float] = []
    session.subscribe(lambda event: losses.append(session.loss) if event == "step" else None)
    session.subscribe(lambda event: done.set() if event == "state" and session.state == "finished" else None)
    x = pg.ones(48, 48, requires_grad=True)
    results = set()

    def work() -> None:
        """What a cell does meanwhile: gradients, no tape, another model, being watched."""
        y = ((x @ x).tanh() ** 2).sum()
        y.backward()
        with pg.no_grad():
            total = (x * 2).sum()
        results.add((y.item(), total.item(), x.grad.sum().item()))
        x.grad = None
        net = nn.Linear(6, 2)
        assert net.weight.requires_grad
        with pg.watch(net):
            net(pg.ones(3, 6)).sum().backward()

    for round_ in range(2):
        done.clear()
        session.start(12)
        while not done.is_set():
            work()
        session.wait(120)
        for edit in EDITS if round_ == 0 else ():
            session.apply(edit)
    print_ = session.fingerprint()
    session.close()
    assert (losses, print_) == expected
    assert len(results) == 1, "and what the cell computed is always the same"
