"""The check without data: shapes with the batch axis as N, and problems that name their ports."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patchgrad.autograd.state import observing
from patchgrad.backend.random import default_stream, get_rng_state
from patchgrad.errors import GraphError
from patchgrad.layergraph import LayerGraph, edit
from patchgrad.layergraph.memory import forget
from patchgrad.layergraph.sizes import BATCHES, at, symbolic

from .sample import MLP, chain, port


def test_shapes_travel_with_the_batch_as_n() -> None:
    report = MLP.check()
    assert report.ok
    assert report.shape(port(MLP, "relu1.y")) == ("N", 6)
    assert report.shape(port(MLP, "output.x")) == ("N", 3)
    assert report.parameters[MLP.names["fc1"]] == 54


def test_an_axis_that_grows_with_the_batch_says_how() -> None:
    graph = chain(
        ("Input", "x", {"shape": (4, 3)}), ("Flatten", "flat", {"start_dim": 0, "end_dim": 1}), ("Output", "output", {})
    )
    assert graph.check().shape(port(graph, "output.x")) == ("4N", 3)


@given(st.integers(0, 9), st.integers(0, 9))
def test_sizes_found_from_two_runs_are_right_for_every_batch(times: int, plus: int) -> None:
    first, second = ((times * batch + plus,) for batch in BATCHES)
    assert at(symbolic(first, second), 11) == (times * 11 + plus,)


def test_another_shape_at_the_output_is_a_problem_that_says_what_to_do() -> None:
    graph = edit.set("output", shape=[3]).apply(MLP)
    assert graph.check().ok
    wrong = edit.set("fc2", out_features=4).apply(graph)
    with pytest.raises(GraphError, match="output gets another shape") as error:
        wrong.check().require()
    assert (error.value.got, error.value.want) == ("(N, 4)", "(N, 3)")
    assert error.value.ports == (port(wrong, "fc2.y"), port(wrong, "output.x"))


def test_an_open_input_is_a_problem_only_where_the_result_needs_it() -> None:
    spare = edit.add("Linear", name="spare").apply(MLP)
    assert [(p.title, p.blocking) for p in spare.check().problems] == [("nothing leads into spare.x", False)]
    assert spare.check().ok
    cut = edit.disconnect("fc2").apply(MLP)
    assert [(p.title, p.blocking) for p in cut.check().problems] == [("nothing leads into fc2.x", True)]
    assert cut.check().shape(port(cut, "output.x")) is None


def test_a_layer_that_cannot_take_its_input_names_both_ports_and_says_what_it_wants() -> None:
    graph = edit.insert("relu1 -> fc2", "BatchNorm2d", name="norm").apply(MLP)
    [problem] = [p for p in graph.check().problems if p.blocking]
    assert problem.ports == (port(graph, "relu1.y"), port(graph, "norm.x"))
    assert problem.got == "x: (N, 6) float32"
    assert "norm cannot take what comes in" in problem.title
    assert graph.check().at(port(graph, "norm.x")) == problem


def test_an_output_of_a_bypassed_layer_that_carries_nothing_may_not_be_needed() -> None:
    graph = chain(
        ("Input", "x", {"shape": (3, 4)}),
        ("LSTM", "lstm", {"input_size": 4, "hidden_size": 4}),
        ("Output", "output", {}),
    )
    graph = edit.connect("lstm.h", "output").apply(graph)
    assert graph.check().ok
    found = edit.bypass("lstm").apply(graph).check()
    assert [p.title for p in found.problems] == ["lstm.h carries nothing while lstm is bypassed"]
    assert not found.ok


def test_a_graph_from_nothing_says_what_is_missing() -> None:
    assert [p.title for p in LayerGraph().check().problems] == ["the network has no Input", "the network has no Output"]


def test_a_check_uses_no_random_numbers_makes_no_streams_and_is_not_watched() -> None:
    class Nobody:
        def forward(self, *_: object) -> None:
            raise AssertionError("watched")

        enter = leave = backward = forward

    forget()
    graph = edit.insert("relu1 -> fc2", "Dropout").apply(MLP)
    before, place = get_rng_state(), default_stream().offset
    with observing(Nobody()):
        assert LayerGraph(graph.nodes, graph.edges).check().ok
    assert (get_rng_state(), default_stream().offset) == (before, place)
