"""Watches what runs and turns it into plain data: compute graphs, quantities, series.

``Recorder`` stands around the steps of a session, ``watch`` looks at any training loop. Read next:
``recorder.py``, ``events.py`` (one step), ``quantities/`` (one file per measured thing).
"""

from __future__ import annotations

from patchgrad.recorder.difference import Difference, difference
from patchgrad.recorder.events import Trace
from patchgrad.recorder.histogram import Histogram
from patchgrad.recorder.history import History
from patchgrad.recorder.probe import Probe
from patchgrad.recorder.quantities import QUANTITIES, Quantity, quantity
from patchgrad.recorder.recorder import Recorder
from patchgrad.recorder.rerun import rerun
from patchgrad.recorder.series import Series
from patchgrad.recorder.snapshot import Snapshot, snapshot
from patchgrad.recorder.travel import Travel
from patchgrad.recorder.watch import Watch, watch

__all__ = [
    "QUANTITIES",
    "Difference",
    "Histogram",
    "History",
    "Probe",
    "Quantity",
    "Recorder",
    "Series",
    "Snapshot",
    "Trace",
    "Travel",
    "Watch",
    "difference",
    "quantity",
    "rerun",
    "snapshot",
    "watch",
]
