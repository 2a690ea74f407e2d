"""After an edit: the shadow run does what would have been done without it, and the effect says what can be told."""

from __future__ import annotations

from typing import Any

import pytest

import patchgrad as pg
from patchgrad import nn
from patchgrad.backend import host
from patchgrad.errors import SessionError
from patchgrad.session.effect import effect

from . import models


def test_a_shadow_run_is_bitwise_the_run_without_the_edit() -> None:
    one, other = models.session(), models.session()
    before = models.losses(one, 5)
    assert models.losses(other, 5) == before
    edit = one.apply(models.dropout_edit(0.5), shadow=6)
    models.losses(one, 9)
    assert edit.shadow.losses == models.losses(other, 6)
    assert list(edit.shadow.steps) == [6, 7, 8, 9, 10, 11]


def test_a_shadow_run_changes_nothing_of_the_run_beside_it() -> None:
    with_shadow, without = models.session(), models.session()
    for session, steps in ((with_shadow, 5), (without, None)):
        models.losses(session, 3)
        session.apply(models.dropout_edit(0.5), shadow=steps)
    assert models.losses(with_shadow, 8) == models.losses(without, 8)
    assert with_shadow.fingerprint() == without.fingerprint()


class FailsWhenCopied(nn.CrossEntropyLoss):
    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        def loss(*_: Any) -> Any:
            raise RuntimeError("enough")

        return loss


def test_a_shadow_that_fails_ends_and_says_why() -> None:
    session = models.session(loss=FailsWhenCopied())
    models.losses(session, 2)
    edit = session.apply(pg.edit.rename("fc1", "hidden"), shadow=5)
    models.losses(session, 3)
    assert edit.shadow.ended == "RuntimeError: enough"
    assert edit.shadow.losses == []
    assert session.step_count == 5


def test_a_network_that_cannot_be_copied_has_no_shadow_and_the_edit_says_so() -> None:
    class Uncopied(nn.CrossEntropyLoss):
        def __deepcopy__(self, memo: dict[int, Any]) -> Any:
            raise RuntimeError("not me")

    session = models.session(loss=Uncopied())
    models.losses(session, 2)
    before = session.fingerprint()
    with pytest.raises(SessionError, match="cannot be copied") as caught:
        session.apply(models.dropout_edit(0.5), shadow=5)
    assert "not me" in caught.value.got
    assert session.fingerprint() == before
    assert [edit.status for edit in session.log] == ["refused"]
    assert session.marks == ()


def noise(count: int, seed: int) -> list[float]:
    return list(host.random.default_rng(seed).normal(scale=0.1, size=count))


def test_an_edit_that_helps_is_told_from_one_that_does_nothing() -> None:
    losses = [2.0 - 0.01 * step + error for step, error in enumerate(noise(100, 3))]
    falling, on = losses[:50], losses[50:]
    better, worse = [value - 0.4 for value in on], [value + 0.4 for value in on]
    assert not effect(falling, on).clear
    assert str(effect(falling, on)).startswith("no clear change")
    assert effect(falling, better).clear
    assert effect(falling, better).high < 0
    assert "lower than its trend" in str(effect(falling, better))
    assert effect(falling, worse).low > 0
    assert str(effect(falling[:3], on)) == "too few steps to tell"


def test_where_there_is_no_effect_the_interval_says_so_about_nineteen_times_in_twenty() -> None:
    clear = 0
    for seed in range(60):
        losses = [1.0 - 0.002 * step + error for step, error in enumerate(noise(100, seed + 10))]
        clear += effect(losses[:50], losses[50:]).clear
    assert clear <= 9


def test_the_effect_of_an_edit_grows_with_the_steps_after_it_and_ends_at_the_next_edit() -> None:
    session = models.session()
    session.run(20, progress=False)
    edit = session.apply(models.dropout_edit(0.1))
    assert edit.effect.median is None
    session.run(12, progress=False)
    assert edit.effect.steps == 12
    session.apply(pg.edit.rename("fc1", "hidden"))
    session.run(12, progress=False)
    assert edit.effect.steps == 12
