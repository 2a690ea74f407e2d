"""Live figures follow the numbers, and stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import patchgrad as pg

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
    assert eventually(lambda: len(made.data[0].y) == 5 and made.data[0].y[-1] == 0.125)
    made.stop()


def test_a_stopped_figure_stays_as_it_is() -> None:
    given = recorded()
    made = pg.plots.loss(given, live=True)
    made.stop()
    time.sleep(0.3)
    put(given.recorder, "loss", "", 4, 0.125)
    time.sleep(0.3)
    assert len(made.data[0].y) == 4


def test_a_layer_that_comes_by_an_edit_gets_its_line() -> None:
    given = recorded(depth=2)
    made = pg.plots.update_ratio(given, live=True)
    assert len(made.data) == 2
    model = pg.nn.Sequential(*(pg.nn.Linear(2, 2) for _ in range(3)))
    given.recorder.use(model)
    put(given.recorder, "update_ratio", "2", 4, 1e-3)
    assert eventually(lambda: len(made.data) == 3)
    made.stop()


def test_the_thread_ends_when_the_figure_is_closed() -> None:
    made = pg.plots.loss(recorded(), live=True)
    followers = [thread for thread in threading.enumerate() if thread.name == "patchgrad live plot"]
    assert followers
    made.close()
    assert eventually(lambda: not any(thread.is_alive() for thread in followers))


def test_the_saved_output_holds_a_plain_figure_beside_the_widget() -> None:
    made = pg.plots.loss(recorded(), live=True)
    bundle, _ = made._repr_mimebundle_()
    assert bundle["application/vnd.plotly.v1+json"]["data"][0]["name"] == "loss"
    assert "application/vnd.jupyter.widget-view+json" in bundle
    made.stop()
