"""The garbage collector rests while a step of many ops is recorded, and goes on whatever becomes of the step."""

from __future__ import annotations

import gc
from typing import Any

import pytest

import patchgrad as pg
from patchgrad import nn
from patchgrad.recorder import Recorder, calm
from patchgrad.recorder.calm import Calm
from patchgrad.recorder.looking import MANY


class Long(nn.Module):
    def forward(self, x: Any) -> Any:
        for _ in range(MANY):
            x = x + 1.0
        self.rested = not gc.isenabled()
        return x


def test_it_rests_in_a_long_step_and_goes_on_after_an_error() -> None:
    model, recorder = Long(), Recorder(every=1)

    def step() -> None:
        with recorder.step(1, model):
            model(pg.ones(1))
            raise KeyError

    with pytest.raises(KeyError):
        step()
    assert model.rested
    assert gc.isenabled()


def test_it_goes_on_when_the_last_of_several_ends_and_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = Calm(), Calm()
    with one:
        with other:
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
    monkeypatch.setattr(calm, "LONGEST", 0.01)
    one.begin()
    assert one._timer is not None
    one._timer.join(30)
    assert gc.isenabled()


def test_where_it_was_off_it_stays_off() -> None:
    gc.disable()
    try:
        with Calm():
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()
