"""Steps that nobody wishes for: nothing in them, only NaN, a thousand million numbers, thousands of steps unseen."""

from __future__ import annotations

import gc
import tracemalloc

import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.backend import host
from patchgrad.recorder import Watch
from patchgrad.recorder.strided import ELEMENTS, strided

from ..session import models
from ..widgets.pages import Page

PLOTS = (pg.plots.loss, pg.plots.gradient_flow, pg.plots.activation_scale, pg.plots.update_ratio)


class Scale(nn.Module):
    """One op."""

    def __init__(self) -> None:
        super().__init__()
        self.by = nn.Parameter(pg.tensor(2.0))

    def forward(self, x: pg.Tensor) -> pg.Tensor:
        return x * self.by


def steps(model: nn.Module, x: pg.Tensor, count: int) -> Watch:
    view = pg.watch(model, every=1)
    parameters = list(model.parameters())
    optimizer = optim.SGD(parameters, lr=0.01) if parameters else None
    for _ in range(count):
        loss = model(x).sum()
        if optimizer is not None:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        view.loss(loss.item())
    return view


@pytest.mark.parametrize(
    ("model", "x", "rules"),
    [
        (Scale, pg.ones(3), []),
        (nn.Identity, pg.ones(3), []),
        (lambda: nn.Linear(3, 2), pg.zeros(0, 3), []),
        (lambda: nn.Linear(3, 2), pg.full((4, 3), float("nan")), ["not_finite"]),
    ],
    ids=["one op", "no op", "nothing", "all NaN"],
)
def test_findings_and_plots_of_bad_steps_say_what_is_there(model, x: pg.Tensor, rules: list[str]) -> None:
    made = model()
    view = steps(made, x, 12)
    assert [found.rule for found in pg.findings(view)] == rules
    for plot in PLOTS:
        assert plot(view).layout.title.text.endswith("?")
    view.close()


def test_of_a_thousand_million_numbers_a_few_thousand_are_read() -> None:
    large = host.zeros(10**9, "float32")  # pages that nobody reads take no memory
    views = (
        large,
        large.reshape(1000, 10**6).T,
        large.reshape(1000, 1000, 1000)[:, ::2],
        host.broadcast_to(large[:1], 10**9),
    )
    for view in views:
        tracemalloc.start()
        sample = strided(view)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert ELEMENTS <= sample.size < 2 * ELEMENTS
        assert peak < 1_000_000


def test_a_dear_look_is_said_in_the_frame(session: pg.Session) -> None:
    page = Page(session)
    page.open()
    session.recorder.budget.tiers["sampled"].interval = 40
    page.send({"type": "frame-seen", "number": page.last("frame")["number"]})
    session.run(1, progress=False)
    assert "statistics of layers every" in page.last("frame")["plan"]


def test_a_tab_that_sleeps_is_sent_one_frame_and_no_queue_grows(session: pg.Session) -> None:
    page = Page(session)
    page.open()
    session.run(20, progress=False)
    before = len(page.got)
    session.run(400, progress=False)
    assert page.count("frame") == 1
    assert len(page.got) - before < 10
    page.send({"type": "frame-seen", "number": page.last("frame")["number"]})
    session.boundary.settle(session.boundary.submit(lambda: None), 30)
    assert page.last("frame")["run"]["step"] == 420


def test_thousands_of_steps_that_nobody_looks_at_take_no_more_memory(session: pg.Session) -> None:
    def held() -> tuple[int, int]:
        gc.collect()
        kept = sum(series.bytes for table in session.recorder.measured.values() for series in table.values())
        return len(gc.get_objects()), kept

    session.recorder.budget.every = 10
    session.run(400, progress=False)
    objects, kept = held()
    session.run(1000, progress=False)
    later, still = held()
    assert still == kept
    assert later - objects < 200


@pytest.fixture
def session():
    made = models.session()
    yield made
    made.close()
