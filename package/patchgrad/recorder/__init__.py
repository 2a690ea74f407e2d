"""Watches what runs and turns it into plain data: compute graphs, quantities, series."""

from __future__ import annotations

from patchgrad.recorder.events import Trace
from patchgrad.recorder.rerun import rerun
from patchgrad.recorder.snapshot import Snapshot, snapshot

__all__ = ["Snapshot", "Trace", "rerun", "snapshot"]
