"""Quantities on request, on the batch of the last step."""

from __future__ import annotations

from typing import Any

from patchgrad.errors import SessionError
from patchgrad.recorder.probe import Probe
from patchgrad.session.step import split


def asked(session: Any, quantity: str) -> dict[str, float]:
    """What `Session.ask` says."""
    batch = session.live.batch
    if batch is None or session.recorder is None:
        got = "no step was done" if batch is None else "a session with watch=False"
        raise SessionError("there is nothing to measure on", got=got, hint="session.step(), then ask again")
    inputs, target = split(batch)
    return session.recorder.ask(
        quantity, Probe(session.model, session.loss_function, inputs, target), session.step_count
    )
