"""Verdicts while an edge or a layer is dragged: valid, valid with an adapter, invalid and why."""

from __future__ import annotations

from typing import Any

from patchgrad.layergraph import LayerGraph, PortRef, edit
from patchgrad.layergraph.targets import Verdict, insertions, targets

from .sample import MLP, chain, port

CNN = chain(
    ("Input", "image", {"shape": (1, 8, 8)}),
    ("Conv2d", "conv1", {"in_channels": 1, "out_channels": 4}),
    ("ReLU", "relu1", {}),
    ("Flatten", "flatten1", {}),
    ("Linear", "fc1", {"in_features": 256, "out_features": 10}),
    ("Output", "output", {"shape": (10,)}),
)


def by_port(graph: LayerGraph, verdicts: list[Verdict]) -> dict[str, Any]:
    return {graph.say(verdict.port): verdict for verdict in verdicts}


def test_every_input_port_gets_exactly_one_verdict() -> None:
    verdicts = targets(CNN, port(CNN, "relu1.y"))
    assert sorted(CNN.say(v.port) for v in verdicts) == ["conv1.x", "fc1.x", "flatten1.x", "output.x", "relu1.x"]


def test_a_loop_is_invalid_and_says_who_feeds_whom() -> None:
    found = by_port(CNN, targets(CNN, port(CNN, "fc1.y")))["conv1.x"]
    assert found.verdict == "invalid"
    assert found.reason.startswith("this would make a loop: conv1 already feeds fc1; conv1 wants 4 axes")


def test_a_loop_whose_shape_fits_may_lead_through_a_delay() -> None:
    found = by_port(CNN, targets(CNN, port(CNN, "relu1.y")))["relu1.x"]
    assert (found.verdict, found.fixes) == ("adapter", ("Delay (+0)",))


def test_a_wrong_shape_at_the_output_offers_adapters_with_their_cost_cheapest_first() -> None:
    found = by_port(CNN, targets(CNN, port(CNN, "relu1.y")))["output.x"]
    assert found.verdict == "adapter"
    assert found.reason == "output wants (N, 10), the edge carries (N, 4, 8, 8) float32"
    assert found.fixes == ("Flatten, Linear 256 → 10 (+2,570 parameters, +5,140 FLOPs)",)


def test_a_size_that_would_have_to_follow_is_told_with_its_cost() -> None:
    graph = edit.add("Tanh", name="other").apply(MLP)
    graph = edit.connect("x", "other").apply(graph)
    found = by_port(graph, targets(graph, port(graph, "other.y")))["fc2.x"]
    assert found.verdict == "adapter"
    assert found.fixes[0] == "in_features 6 → 8 in fc2 (+6 parameters, +12 FLOPs)"
    assert "Linear 8 → 6 (+54 parameters, +108 FLOPs)" in found.fixes


def test_sums_of_different_shapes_offer_what_makes_them_equal() -> None:
    graph = edit.insert("fc1 -> relu1", "Add", name="sum").apply(MLP)
    found = by_port(graph, targets(graph, port(graph, "x.y")))["sum.b"]
    assert found.verdict == "adapter"
    assert found.fixes == ("Linear 8 → 6 (+54 parameters, +108 FLOPs)",)
    after = edit.connect("x", "sum.b").apply(graph)
    assert not after.check().ok


def test_numbers_of_the_wrong_type_are_invalid_with_the_reason() -> None:
    graph = edit.add("Embedding", name="table").apply(MLP)
    found = by_port(graph, targets(graph, port(graph, "fc1.y")))["table.x"]
    assert found.verdict == "invalid"
    assert "whole numbers" in found.reason


def test_an_edge_may_be_dragged_backwards() -> None:
    verdicts = by_port(MLP, targets(MLP, port(MLP, "fc1.x"), reverse=True))
    assert set(verdicts) == {"x.y", "fc1.y", "relu1.y", "fc2.y"}
    assert verdicts["x.y"].verdict == "valid"
    assert (verdicts["fc2.y"].verdict, verdicts["fc1.y"].fixes) == (
        "adapter",
        ("Linear 6 → 8 (+56 parameters, +112 FLOPs), then Delay",),
    )


def test_insertions_say_which_edges_take_a_layer_and_with_which_settings() -> None:
    found = by_port(CNN, insertions(CNN, "Conv2d"))
    assert found["relu1.x"].verdict == "valid"
    assert (found["relu1.x"].settings["in_channels"], found["relu1.x"].settings["out_channels"]) == (4, 4)
    assert found["fc1.x"].verdict == "invalid"
    assert "4 axes" in found["fc1.x"].reason
    pooled = by_port(CNN, insertions(CNN, "MaxPool2d"))["relu1.x"]
    assert pooled.verdict == "valid"
    assert by_port(CNN, insertions(CNN, "Output"))["fc1.x"].verdict == "invalid"


def test_a_valid_verdict_is_kept_by_the_edit() -> None:
    for source in ("image.y", "conv1.y", "relu1.y", "flatten1.y"):
        for verdict in targets(CNN, port(CNN, source)):
            if verdict.verdict == "valid":
                after = edit.connect(source, CNN.say(verdict.port)).apply(CNN)
                assert after.check().at(verdict.port) is None, (source, verdict)


def test_a_port_of_a_layer_that_is_gone_is_an_error_in_words() -> None:
    import pytest

    with pytest.raises(Exception, match="no layer with the uid"):
        targets(MLP, PortRef("n99", "y"))
