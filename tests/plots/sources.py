"""A recorder with fixed series, and an owner with a log of edits."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from patchgrad import nn
from patchgrad.backend import host
from patchgrad.recorder import Recorder
from patchgrad.recorder.quantities import QUANTITIES


def recorded(depth: int = 3, steps: int = 4) -> Any:
    """A session-like owner: ``depth`` layers, each quantity known at every step; one edit applied, one refused."""
    model = nn.Sequential(*(nn.Linear(2, 2) for _ in range(depth)))
    recorder = Recorder(model, every=1)
    for step in range(steps):
        put(recorder, "loss", "", step, 1.0 / (step + 1))
        for layer in range(depth):
            uid = str(layer)
            put(recorder, "gradient_norm", uid, step, 10.0**-layer * (step + 1))
            put(recorder, "activation_mean", uid, step, 0.5)
            put(recorder, "activation_std", uid, step, 1.0 + layer)
            put(recorder, "update_ratio", uid, step, 1e-3)
            row = host.zeros(256)
            row[127], row[128], row[0] = 3, 1, 4
            put(recorder, "activation_histogram", uid, step, row)
    log = [edit(1, 2, "insert Dropout", "applied"), edit(2, 3, "remove fc1", "refused")]
    timeline = SimpleNamespace(edits=lambda: [entry for entry in log if entry.status == "applied"])
    return SimpleNamespace(recorder=recorder, timeline=timeline)


def put(recorder: Recorder, quantity: str, uid: str, step: int, value: Any) -> None:
    recorder.keep(QUANTITIES[quantity], uid, step, value)


def edit(number: int, step: int, title: str, status: str) -> Any:
    return SimpleNamespace(number=number, step=step, title=title, status=status)
