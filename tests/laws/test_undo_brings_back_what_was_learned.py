"""Law 4. Undo brings back trained weights, not fresh ones, with their optimizer slots."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from patchgrad.errors import PatchgradError
from patchgrad.layergraph import LayerGraph

from .graphs import Run, bits, graphs, random_command


def try_edits(run: Run, rng: random.Random, count: int) -> None:
    for _ in range(count):
        try:
            run.apply(random_command(run.graph, rng))
        except PatchgradError:
            continue


@settings(max_examples=200)
@given(graphs(), st.integers(0, 2**32 - 1))
def test_undo_of_everything_gives_the_first_fingerprint_and_redo_the_last(graph: LayerGraph, seed: int) -> None:
    run, rng = Run(graph), random.Random(seed)
    for _ in range(2):
        run.step()
    first = run.fingerprint()
    try_edits(run, rng, 8)
    last, edits = run.fingerprint(), len(run.history.done)
    for _ in range(edits):
        run.undo()
    assert run.fingerprint() == first
    for _ in range(edits):
        run.redo()
    assert {**run.fingerprint(), "order": None} == {**last, "order": None}


def learned(run: Run) -> dict[str, tuple[Any, Any]]:
    """Bits and slots of every parameter, by its uid."""
    slots = run.slots()
    return {p.uid: (bits(p.data), slots.get(p.uid)) for p in run.module.parameters()}


@settings(max_examples=200)
@given(graphs(), st.integers(0, 2**32 - 1))
def test_after_training_undo_restores_what_left_and_keeps_the_others_progress(graph: LayerGraph, seed: int) -> None:
    run, rng = Run(graph), random.Random(seed)
    run.step()
    for _ in range(3):
        before, count = learned(run), len(run.history.done)
        try_edits(run, rng, 1)
        if len(run.history.done) == count:
            continue
        for _ in range(2):
            run.step()
        trained = learned(run)
        run.undo()
        expected = {uid: trained.get(uid, value) for uid, value in before.items()}
        assert learned(run) == expected
        assert all(run.step() for _ in range(1))


@settings(max_examples=100)
@given(graphs(), st.integers(0, 2**32 - 1))
def test_no_uid_is_given_out_twice(graph: LayerGraph, seed: int) -> None:
    run, rng = Run(graph), random.Random(seed)
    made: dict[str, str] = dict.fromkeys(graph.nodes, "")
    for _ in range(10):
        before = set(run.graph.nodes)
        done = len(run.history.done)
        try_edits(run, rng, 1)
        if len(run.history.done) > done:
            fresh = set(run.graph.nodes) - before
            assert not fresh & made.keys()
            made.update(dict.fromkeys(fresh, ""))
        if rng.random() < 0.5 and run.history.done:
            run.undo()
