"""Law 1. The picture is the run: running the recorded graph again gives the forward result bit for bit."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import patchgrad as pg
from patchgrad.autograd.state import observing
from patchgrad.recorder import Trace, rerun, snapshot

from .programs import Machine, Step, programs, squares


def recorded(steps: list[Step], inputs: list[Any], weights: list[Any]) -> tuple[Trace, list[Any], Any]:
    trace = Trace(keep_values=True)
    leaves = [pg.tensor(value) for value in inputs]
    machine = Machine([pg.tensor(value, requires_grad=True) for value in weights], leaves)
    with observing(trace):
        total = machine.run(steps)
        held = [trace.value(square).number for square in machine.squares]
        if total.requires_grad:
            total.backward()
    return trace, [(number, square.data) for number, square in zip(held, machine.squares, strict=True)], total


@settings(max_examples=400)
@given(programs, st.lists(squares, min_size=2, max_size=2), st.lists(squares, min_size=2, max_size=2))
def test_running_the_graph_again_gives_the_same_bits(steps: list[Step], inputs: list[Any], weights: list[Any]) -> None:
    trace, held, total = recorded(steps, inputs, weights)
    again = rerun(trace)
    assert again[trace.value(total).number].tobytes() == total.data.tobytes()
    for number, array in held:
        assert again[number].tobytes() == array.tobytes()


@settings(max_examples=200)
@given(programs, st.lists(squares, min_size=2, max_size=2), st.lists(squares, min_size=2, max_size=2))
def test_the_same_program_has_the_same_structure_and_every_edge_has_its_ends(
    steps: list[Step], inputs: list[Any], weights: list[Any]
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
    try:
        rerun(trace)
    except pg.errors.ArgumentError as error:
        assert "keep_values" in error.hint
    else:
        raise AssertionError("nothing was raised")


def test_other_leaves_give_what_the_program_gives_for_them() -> None:
    trace = Trace()
    x = pg.tensor([[1.0, 2.0]])
    with observing(trace):
        y = (x * 3.0).tanh()
    other = pg.tensor([[0.5, -1.0]])
    assert rerun(trace, {0: other.data})[trace.value(y).number].tobytes() == (other * 3.0).tanh().data.tobytes()


def test_nothing_is_kept_alive_by_a_trace() -> None:
    import gc
    import weakref

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
