"""Law 1. The picture is the run: running the recorded graph again gives the forward result bit for bit."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import patchgrad as pg
from patchgrad.autograd.state import observing
from patchgrad.recorder import Trace, Travel, rerun, snapshot

from .programs import Machine, Step, programs, squares

Given = list[list[list[float]]]
pairs = st.lists(squares, min_size=2, max_size=2)


def recorded(steps: list[Step], inputs: Given, weights: Given) -> tuple[Trace, list[tuple[int, Any]]]:
    """The trace of a program, and the number and array of every value that it ended with, the total last."""
    leaves = [pg.tensor(value) for value in inputs]
    trained = [pg.tensor(value, requires_grad=True) for value in weights]
    names = {id(leaf): f"given{n}" for n, leaf in enumerate((*leaves, *trained))}
    trace = Trace(name_of=lambda tensor: names.get(id(tensor), ""), keep_values=True)
    machine = Machine(trained, list(leaves))
    with observing(trace):
        total = machine.run(steps)
        held = [(trace.value(tensor).number, tensor.data) for tensor in (*machine.squares, total)]
        if total.requires_grad:
            total.backward()
    return trace, held


@settings(max_examples=400)
@given(programs, pairs, pairs)
def test_running_the_graph_again_gives_the_same_bits(steps: list[Step], inputs: Given, weights: Given) -> None:
    trace, held = recorded(steps, inputs, weights)
    again = rerun(trace)
    for number, array in held:
        assert again[number].tobytes() == array.tobytes()


@settings(max_examples=400)
@given(programs, pairs, pairs)
def test_all_that_is_not_given_is_made_by_an_op_of_the_graph(steps: list[Step], inputs: Given, weights: Given) -> None:
    trace, _ = recorded(steps, inputs, weights)
    leaves = [facts.name for facts in trace.values if facts.event < 0]
    assert "" not in leaves
    assert len(set(leaves)) == len(leaves)


@settings(max_examples=400)
@given(programs, pairs, pairs, pairs, pairs)
def test_the_graph_on_other_leaves_is_the_program_on_other_leaves(
    steps: list[Step], inputs: Given, weights: Given, others: Given, other_weights: Given
) -> None:
    steps = [step for step in steps if step[0] not in ("branch", "loop")]
    trace, held = recorded(steps, inputs, weights)
    given_now = [pg.tensor(value).data for value in (*others, *other_weights)]
    leaves = {n: given_now[int(facts.name[5:])] for n, facts in enumerate(trace.values) if facts.event < 0}
    again = rerun(trace, leaves)
    for (number, _), (_, array) in zip(held, recorded(steps, others, other_weights)[1], strict=True):
        assert again[number].tobytes() == array.tobytes()


@settings(max_examples=200)
@given(programs, pairs, pairs)
def test_the_same_program_has_the_same_structure_and_every_edge_has_its_ends(
    steps: list[Step], inputs: Given, weights: Given
) -> None:
    first = snapshot(recorded(steps, inputs, weights)[0])
    second = snapshot(recorded(steps, inputs, weights)[0])
    assert first.structure == second.structure
    assert [op.id for op in first.ops] == [op.id for op in second.ops]
    assert len({op.id for op in first.ops}) == len(first.ops)
    made: set[str] = {name for name, value in first.values.items() if value.source is None}
    for op in first.ops:
        assert {name for _, name in op.inputs} <= made
        made |= set(op.outputs)
    assert made == set(first.values)


def test_a_leaf_without_values_says_so() -> None:
    trace = Trace()
    with observing(trace):
        pg.ones((2, 2)) + 1.0
    with pytest.raises(pg.errors.ArgumentError, match="no values") as error:
        rerun(trace)
    assert "keep_values" in error.value.hint


def test_other_leaves_give_what_the_program_gives_for_them() -> None:
    trace = Trace()
    x = pg.tensor([[1.0, 2.0]])
    with observing(trace):
        y = (x * 3.0).tanh()
    other = pg.tensor([[0.5, -1.0]])
    assert rerun(trace, {0: other.data})[trace.value(y).number].tobytes() == (other * 3.0).tanh().data.tobytes()


def test_nothing_is_kept_alive_by_a_trace() -> None:
    trace = Trace()
    with observing(trace):
        x = pg.ones((4, 4), requires_grad=True)
        alive = weakref.ref(x * 2.0)
        y = (x * 2.0).sum()
        y.backward()
    seen = weakref.ref(y)
    del y
    gc.collect()
    assert alive() is None
    assert seen() is None


class Cotangents:
    """Notes what the gradient rules are given and what they give, by tape number."""

    def __init__(self) -> None:
        self.found: dict[int, tuple[list[bytes], list[bytes]]] = {}

    def forward(self, *what: Any) -> None:
        pass

    def backward(self, node: Any, cotangents: Any, gradients: Any) -> None:
        self.found[node.number] = bits(cotangents), bits(gradients)


def bits(arrays: Any) -> list[bytes]:
    return [array.tobytes() for array in arrays if array is not None]


@settings(max_examples=150)
@given(programs, pairs, pairs)
def test_walking_back_through_the_step_meets_the_gradients_that_were_computed(
    steps: list[Step], inputs: Given, weights: Given
) -> None:
    real: Any = Cotangents()
    with observing(real):
        trace, _ = recorded(steps, inputs, weights)
    travel = Travel(trace)
    for event, op in zip(trace.events, travel.snapshot.ops, strict=True):
        if event.node in real.found:
            cotangents, gradients = travel.gradients(op.id)
            assert bits(cotangents.values()) == real.found[event.node][0]
            assert bits(gradients.values()) == real.found[event.node][1]
