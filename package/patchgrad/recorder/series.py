"""Numbers over steps, in flat memory: when a series is full, every second point goes and the next come half as often.

Points are real measurements, never means; the newest point is always there. One thread may add while
others read.
"""

from __future__ import annotations

from threading import Lock
from typing import Any

from patchgrad.backend import host

CAPACITY = 2000
ROWS = 128


class Series:
    """At most ``capacity`` points (step, value); ``width`` > 0: each value is a row of that many numbers."""

    def __init__(self, name: str, capacity: int = CAPACITY, width: int = 0, dtype: Any = "float64") -> None:
        self.name = name
        self.stride = 1
        self._capacity = capacity
        self._steps = host.empty(capacity + 1, dtype="int64")
        self._values = host.empty((capacity + 1, width) if width else capacity + 1, dtype=dtype)
        self._kept = 0
        self._seen = 0
        self._lock = Lock()

    def add(self, step: int, value: Any) -> None:
        """Append a point. The slot after the kept points holds the newest one until it is kept or replaced."""
        with self._lock:
            if self._seen % self.stride == 0 and self._kept == self._capacity:
                self._thin()
            self._steps[self._kept] = step
            self._values[self._kept] = value
            if self._seen % self.stride == 0:
                self._kept += 1
            self._seen += 1

    def until(self, step: int) -> Series:
        """A copy with the points up to ``step``, that goes on by itself."""
        steps, values = self.read()
        kept = int((steps <= step).sum())
        found = Series(self.name, self._capacity, self._values.shape[1] if self._values.ndim == 2 else 0, values.dtype)
        found._steps[:kept], found._values[:kept] = steps[:kept], values[:kept]
        found._kept, found.stride = min(kept, self._kept), self.stride
        found._seen = found._kept * found.stride
        return found

    def _thin(self) -> None:
        half = (self._kept + 1) // 2
        self._steps[:half] = self._steps[: self._kept : 2]
        self._values[:half] = self._values[: self._kept : 2]
        self._kept = half
        self.stride *= 2

    def _end(self) -> int:
        """How many points there are to read: the kept ones, and the newest if it is not among them."""
        return self._kept + (self._seen > 0 and (self._seen - 1) % self.stride != 0)

    def __len__(self) -> int:
        return self._end()

    def read(self) -> tuple[Any, Any]:
        """Steps (int64) and values of the points; copies, of the same moment."""
        with self._lock:
            end = self._end()
            return self._steps[:end].copy(), self._values[:end].copy()

    @property
    def steps(self) -> Any:
        return self.read()[0]

    @property
    def values(self) -> Any:
        return self.read()[1]

    def newest(self, count: int) -> Any:
        """The values of the last ``count`` points, or of all where there are fewer; a copy."""
        with self._lock:
            end = self._end()
            return self._values[max(0, end - count) : end].copy()

    @property
    def last(self) -> Any:
        """The newest value; None before the first."""
        with self._lock:
            return None if self._seen == 0 else self._values[self._end() - 1]

    @property
    def newest_step(self) -> int:
        """The step of the newest value; -1 before the first."""
        with self._lock:
            return -1 if self._seen == 0 else int(self._steps[self._end() - 1])

    @property
    def bytes(self) -> int:
        """Memory held, whatever was added."""
        return self._steps.nbytes + self._values.nbytes
