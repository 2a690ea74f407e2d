"""Checks before somebody begins to train."""

from __future__ import annotations

from patchgrad.errors import ArgumentError, SessionError
from patchgrad.session.boundary import Boundary
from patchgrad.session.drive import Drive
from patchgrad.session.turns import Turns
from patchgrad.session.worker import Worker


def require_count(name: str, value: int | None) -> None:
    """ArgumentError unless ``value`` is None or an integer of 1 or more."""
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 1):
        return
    raise ArgumentError(f"{name} is no count", got=repr(value), want="an integer of 1 or more")


def take_over(boundary: Boundary, drive: Drive, worker: Worker, turns: Turns | None) -> None:
    """Have whoever drives at rest leave, so that this thread can drive.

    Errors
        SessionError  if the session is training, or this thread is inside one of its steps.
    """
    if boundary.mine and turns is not None:
        turns.close()
    if boundary.mine:
        raise SessionError("a step cannot train the session it belongs to", hint="edit with session.apply() instead")
    if not boundary.driven:
        return
    if not drive.resting:
        raise SessionError(
            "this session is training already",
            got=f"it is {drive.state}",
            hint="session.pause() first, or session.wait() for its end",
        )
    drive.leave()
    worker.join()
