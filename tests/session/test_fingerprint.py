"""Whatever decides what happens next is in the fingerprint."""

import pytest

import patchgrad as pg

from . import models


def slot(session):
    parameter = next(session.model.parameters())
    slots = session.optimizer.slots(parameter)
    session.optimizer.set_slots(parameter, {**slots, "step": slots["step"] + 1})


def moment(session):
    parameter = next(session.model.parameters())
    name = next(name for name, value in session.optimizer.slots(parameter).items() if getattr(value, "ndim", 0))
    session.optimizer.slots(parameter)[name].flat[0] += 1e-7


def weight(session):
    next(session.model.parameters()).data.flat[0] += 1e-6


def buffer(session):
    next(session.model.buffers()).data.flat[0] += 1e-6


def stream(session):
    session.model.drop1.stream.offset += 1


def rate(session):
    session.optimizer.param_groups[0]["lr"] *= 2


def graph(session):
    session.apply(pg.edit.rename("fc1", "hidden"))


def frozen(session):
    next(session.model.parameters()).requires_grad = False


@pytest.mark.parametrize("change", [slot, moment, weight, buffer, stream, rate, graph, frozen])
def test_the_smallest_change_gives_another_fingerprint(change):
    session = models.session()
    session.run(3, progress=False)
    before = session.fingerprint()
    assert session.fingerprint() == before
    change(session)
    assert session.fingerprint() != before
