"""What the way back costs for each edit: milliseconds of processor time and bytes kept, with 9.5 million parameters.

Edits with a mark in front of each, and without room for marks, take turns in one process, so that a busy machine hurts
both alike. Each edit is undone again outside of the time. Bytes: copies that marks hold, for one mark, in megabytes in
the place of milliseconds; without marks an edit keeps the layers that it put away, and no copy.
"""

from __future__ import annotations

import time
from typing import Any

import patchgrad as pg
from benchmarks.timing import Row, rows_of
from patchgrad import nn, optim
from patchgrad.session import Session

ROUNDS = 12
WIDTH = 2048
EDITS: dict[str, Any] = {
    "insert": pg.edit.insert("relu1 -> linear2", nn.Dropout(0.1)),
    "freeze": pg.edit.freeze("linear1"),
    "width": pg.edit.width("linear2", WIDTH + 16),
    "optimizer": pg.edit.optimizer("SGD", lr=0.1, momentum=0.9),
    "rate": pg.edit.optimizer(lr=1e-4),
}


def a_session(room: int) -> Session:
    pg.manual_seed(0)
    model = nn.Sequential(
        nn.Linear(784, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH), nn.ReLU(),
        nn.Linear(WIDTH, 10),
    )  # fmt: skip
    batch = (pg.randn(32, 784), pg.arange(32) % 10)
    made = Session(
        model,
        [batch],
        loss=nn.CrossEntropyLoss(),
        optimizer=optim.Adam(model.parameters()),
        mark_memory=room,
        watch=False,
    )
    return made.step(2)


def run() -> list[Row]:
    sessions = {"without marks": a_session(0), "with a mark each": a_session(2**33)}
    times: dict[str, list[float]] = {f"{edit}, {kind}": [] for edit in EDITS for kind in sessions}
    for _ in range(ROUNDS):
        for name, edit in EDITS.items():
            for kind, session in sessions.items():
                times[f"{name}, {kind}"].append(_timed(session, edit))
    kept = sessions["with a mark each"].marks[-1].bytes / 2**20
    return [*rows_of(times), Row("copies of one mark (MB)", kept, kept, kept, 1.0)]


def _timed(session: Session, edit: Any) -> float:
    """Milliseconds of processor time of one edit."""
    begin = time.process_time()
    session.apply(edit)
    spent = time.process_time() - begin
    session.undo()
    session.step()
    return 1e3 * spent
