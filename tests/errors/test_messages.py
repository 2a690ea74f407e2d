"""Law 9: every mistake that is known here is told with where, got, and what would be right; and costs nothing.

The messages are kept in ``messages/``; a changed one is shown as a difference, to be read before it is kept.
"""

from __future__ import annotations

import inspect

import pytest

from patchgrad.errors import PatchgradError

from . import harness

ALL = [(topic, name) for topic in harness.TOPICS for name in harness.mistakes(topic)]


@pytest.fixture(scope="module", params=harness.TOPICS)
def topic(request):
    return request.param


@pytest.fixture(scope="module")
def raised(topic):
    return {name: harness.make(mistake) for name, mistake in harness.mistakes(topic).items()}


def test_the_messages_are_those_that_were_read_and_kept(topic, raised):
    """After reading the difference: python -m tests.errors.harness"""
    assert {name: harness.written(one.error) for name, one in raised.items()} == harness.snapshots(topic)


def test_every_mistake_is_told_with_what_came_in_and_a_way_out(raised):
    assert [name for name, one in raised.items() if not harness.is_teaching(one.error)] == []


def test_every_message_shows_the_users_line(topic, raised):
    """The line stands in the mistake itself, and the marks under it are as wide as an expression of it."""
    for name, one in raised.items():
        assert isinstance(one.error, PatchgradError)
        line, marks = one.error.source.splitlines()
        assert line in inspect.getsource(harness.mistakes(topic)[name]) + inspect.getsource(
            inspect.getmodule(harness.mistakes(topic)[name])
        )
        assert line[marks.index("^") : len(marks)].strip()
        assert set(marks) <= {" ", "^"}


def test_no_mistake_costs_anything(raised):
    """Tensors, weights, an optimizer's slots and a session stand as before the line that failed."""
    assert [name for name, one in raised.items() if one.before != {**one.after, **_new(one)}] == []


def _new(one):
    return {name: value for name, value in one.before.items() if name not in one.after}


def test_mistakes_of_many_kinds_are_kept():
    assert len(ALL) >= 150
    assert len({name for _, name in ALL}) == len(ALL)
    assert all(mistake.__doc__ for topic in harness.TOPICS for mistake in harness.mistakes(topic).values())
