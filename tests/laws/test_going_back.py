"""Rewind and branches: whatever was trained and edited since a mark, going back gives the same bits from there on."""

from __future__ import annotations

import random
from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from patchgrad.errors import PatchgradError
from patchgrad.layergraph import LayerGraph
from patchgrad.session import Session

from .graphs import graphs, random_command
from .test_sessions_keep_the_laws import SEEDS, a_session


def wander(session: Session, rng: random.Random, turns: int) -> list[tuple[str, float | None]]:
    """Steps, edits, undos and redos; the fingerprint and loss after each."""
    found = []
    for _ in range(turns):
        act = rng.choice(("step", "step", "edit", "edit", "undo", "redo"))
        with suppress(PatchgradError):
            if act == "step":
                session.step(rng.randint(1, 3))
            elif act == "edit":
                session.apply(random_command(session.graph, rng))
            else:
                getattr(session, act)()
        found.append((session.fingerprint(), session.loss))
    return found


@settings(max_examples=25)
@given(graphs(), SEEDS, st.integers(0, 4))
def test_what_follows_a_mark_follows_it_again_after_a_rewind(graph: LayerGraph, seed: int, before: int) -> None:
    session = a_session(graph, mark_memory=2_000 if seed % 2 else 2**20)
    wander(session, random.Random(seed), before)
    mark = session.mark("here")
    there = session.fingerprint(), session.step_count, session.loss, session.script()
    first = wander(session, random.Random(seed + 1), 6)
    script = session.script()
    session.rewind("here", "again")
    assert (session.fingerprint(), session.step_count, session.loss, session.script()) == there
    assert session.branches.current.name == "again"
    assert session.branches.current.begin is mark
    assert wander(session, random.Random(seed + 1), 6) == first
    assert session.script() == script


@settings(max_examples=25)
@given(graphs(), SEEDS)
def test_each_branch_goes_on_as_if_there_were_no_other(graph: LayerGraph, seed: int) -> None:
    """Three branches in turn, against one session for each that never left its own."""
    session = a_session(graph, mark_memory=2_000 if seed % 2 else 2**20)
    session.mark("start")
    names = ("main", "second", "third")
    randoms = {name: random.Random(seed + place) for place, name in enumerate(names)}
    found: dict[str, list[Any]] = {}
    for turn in range(3):
        for name in names:
            if turn == 0 and name != "main":
                session.rewind("start", name)
            elif name != session.branches.current.name:
                session.switch(name)
            found.setdefault(name, []).extend(wander(session, randoms[name], 2))
    for place, name in enumerate(names):
        alone = a_session(graph)
        rng = random.Random(seed + place)
        assert [entry for _ in range(3) for entry in wander(alone, rng, 2)] == found[name]
