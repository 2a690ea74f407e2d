"""Live figures follow the numbers, and stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

import patchgrad as pg
from patchgrad.plots import live

from .sources import put, recorded


def eventually(claim: Callable[[], bool], seconds: float = 20.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if claim():
            return True
        time.sleep(0.02)
    return False


def test_a_live_figure_follows_new_numbers() -> None:
    given = recorded()
    made = pg.plots.loss(given, live=True)
    put(given.recorder, "loss", "", 4, 0.125)
    given.recorder.looks += 1
    assert eventually(lambda: len(made.data[0].y) == 5 and made.data[0].y[-1] == 0.125)
    made.stop()


def test_a_stopped_figure_stays_as_it_is() -> None:
    given = recorded()
    made = pg.plots.loss(given, live=True)
    made.stop()
    time.sleep(0.3)
    put(given.recorder, "loss", "", 4, 0.125)
    given.recorder.looks += 1
    time.sleep(0.3)
    assert len(made.data[0].y) == 4


def test_a_layer_that_comes_by_an_edit_gets_its_line() -> None:
    given = recorded(depth=2)
    made = pg.plots.update_ratio(given, live=True)
    assert len(made.data) == 2
    model = pg.nn.Sequential(*(pg.nn.Linear(2, 2) for _ in range(3)))
    given.recorder.use(model)
    put(given.recorder, "update_ratio", "2", 4, 1e-3)
    given.recorder.looks += 1
    assert eventually(lambda: len(made.data) == 3)
    made.stop()


def test_the_thread_ends_when_the_figure_is_stopped() -> None:
    made = pg.plots.loss(recorded(), live=True)
    follower = threading.enumerate()[-1]
    assert follower.name == "patchgrad live plot"
    made.stop()
    assert eventually(lambda: not follower.is_alive())


def test_where_outputs_cannot_be_changed_the_figure_stays_a_widget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "show_output", None)
    made = pg.plots.loss(recorded(), live=True)
    with pytest.raises(NotImplementedError):
        made._ipython_display_()
    made.stop()
    assert live.WIDGET in live.bundle(made)


def test_the_output_is_a_widget_while_numbers_come_and_a_plain_figure_at_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[tuple[str | None, str]] = []

    def show(bundle: dict[str, Any], name: str | None) -> str:
        points = [len(figure["data"][0]["x"]) for kind, figure in bundle.items() if kind == live.PLAIN]
        shown.append((name, f"plain, {points[0]} points" if points else "widget"))
        return "output 1"

    monkeypatch.setattr(live, "show_output", show)
    monkeypatch.setattr(live, "REST", 0.2)
    given = recorded()
    made = pg.plots.loss(given, live=True)
    made._ipython_display_()
    assert eventually(lambda: len(shown) == 2)
    put(given.recorder, "loss", "", 4, 0.125)
    given.recorder.looks += 1
    assert eventually(lambda: len(shown) == 4)
    made.stop()
    steps = ["widget", "plain, 4 points", "widget", "plain, 5 points"]
    assert shown[:4] == list(zip([None, "output 1", "output 1", "output 1"], steps, strict=True))
