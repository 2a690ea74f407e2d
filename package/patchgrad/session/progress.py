"""The progress bar of ``run``: tqdm, as a widget in a notebook and as text elsewhere."""

from __future__ import annotations

from time import monotonic
from typing import Any

PERIOD = 0.2
"""Seconds between two looks at the loss: the bar must not cost a step."""


class Progress:
    """A bar over steps; nothing at all if not ``shown``."""

    def __init__(self, total: int | None, *, shown: bool) -> None:
        self._bar: Any = None
        self._next = 0.0
        if shown:
            from tqdm.auto import tqdm

            tqdm.monitor_interval = 0
            self._bar = tqdm(total=total, unit="step", mininterval=PERIOD)

    def step(self, loss: float | None, epoch: int) -> None:
        """One step is done."""
        if self._bar is None:
            return
        self._bar.update()
        if monotonic() >= self._next:
            self._next = monotonic() + PERIOD
            shown = "" if loss is None else f", loss {loss:.4g}"
            self._bar.set_postfix_str(f"epoch {epoch + 1}{shown}", refresh=False)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
