"""Law 2. Edits happen between steps, all or nothing: a refused one leaves no trace."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patchgrad.errors import PatchgradError
from patchgrad.layergraph import LayerGraph, edit

from .graphs import Run, graphs, grow, random_command

Losses = list[bytes]
Accepted = list[tuple[int, Any]]


def edited_run(graph: LayerGraph, rng: random.Random) -> tuple[Losses, Accepted]:
    """Losses of a run on which many edits are tried, and those that were accepted, with their step."""
    run, losses, accepted = Run(graph), [], []
    for _ in range(4):
        losses.append(run.step())
        for _ in range(3):
            before, command = run.fingerprint(), random_command(run.graph, rng)
            try:
                run.apply(command)
            except PatchgradError:
                assert run.fingerprint() == before
            else:
                accepted.append((run.step_count, command))
    return [*losses, run.step()], accepted


def replayed_run(graph: LayerGraph, edits: Accepted) -> Losses:
    """Losses of a run on which only these edits are made."""
    run, losses = Run(graph), []
    for _ in range(4):
        losses.append(run.step())
        for step, command in edits:
            if step == run.step_count:
                run.apply(command)
    return [*losses, run.step()]


@settings(max_examples=200)
@given(graphs(), st.integers(0, 2**32 - 1))
def test_a_run_with_refused_edits_is_bitwise_the_run_without_them(graph: LayerGraph, seed: int) -> None:
    losses, accepted = edited_run(graph, random.Random(seed))
    assert replayed_run(graph, accepted) == losses


class Refused(Exception):
    """Raised on purpose."""


@settings(max_examples=50)
@given(graphs(families=("flat", "sequence")), st.integers(0, 2**32 - 1), st.integers(1, 4))
def test_an_optimizer_that_fails_half_way_is_put_back(graph: LayerGraph, seed: int, after: int) -> None:
    run = Run(graph)
    run.step()
    rng, calls = random.Random(seed), [0]
    if run.optimizer is None:
        return
    set_slots = run.optimizer.set_slots

    def failing(parameter: Any, slots: Any) -> None:
        calls[0] += 1
        if calls[0] == after:
            raise Refused
        set_slots(parameter, slots)

    for _ in range(5):
        before, command = run.fingerprint(), random_command(run.graph, rng)
        calls[0], run.optimizer.set_slots = 0, failing
        try:
            run.apply(command)
        except (PatchgradError, Refused):
            run.optimizer.set_slots = set_slots
            assert run.fingerprint() == before
        run.optimizer.set_slots = set_slots


def test_a_probe_that_raises_refuses_the_edit() -> None:
    run = Run(grow("flat", 5, 1))
    run.step()
    before = run.fingerprint()

    def probe(module: Any) -> None:
        raise Refused

    with pytest.raises(Refused):
        run.history.apply(edit.add("Linear"), run.module, run.optimizer, batch=run.batch(), probe=probe)
    assert run.fingerprint() == before
