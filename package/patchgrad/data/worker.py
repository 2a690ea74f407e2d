"""What a thread of a loader knows of itself."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class WorkerInfo:
    """Which of ``num_workers`` threads this is, its seed, and the data set that it reads (shared by all)."""

    id: int
    num_workers: int
    seed: int
    dataset: Any


_here = threading.local()


def get_worker_info() -> WorkerInfo | None:
    """What this thread knows of itself; None outside the threads of a loader."""
    return getattr(_here, "found", None)


def enter(info: WorkerInfo) -> None:
    """This thread belongs to a loader from now on."""
    _here.found = info
