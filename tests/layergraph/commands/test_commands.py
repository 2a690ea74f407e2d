"""Each edit does what it says, and refuses in words, with the ports that are concerned."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from patchgrad import nn
from patchgrad.errors import GraphError
from patchgrad.layergraph import LayerGraph, PortRef, commands, edit

from ..sample import MLP, chain, port, wires


def settings(graph: LayerGraph, name: str) -> dict[str, Any]:
    return dict(graph.by_name(name).settings)


def test_connecting_backwards_is_refused_as_a_loop_and_names_both_ports() -> None:
    command = commands.Connect(port(MLP, "fc2.y"), port(MLP, "fc1.x"))
    with pytest.raises(GraphError, match="would make a loop") as error:
        command.apply(MLP)
    assert error.value.ports == (port(MLP, "fc2.y"), port(MLP, "fc1.x"))
    assert error.value.got == "fc1 already feeds fc2"
    assert error.value.hint


def test_connecting_displaces_the_edge_that_was_there_and_sizes_follow() -> None:
    graph = edit.connect("x", "fc2").apply(MLP)
    assert wires(graph) == {"x.y -> fc1.x", "fc1.y -> relu1.x", "x.y -> fc2.x", "fc2.y -> output.x"}
    assert settings(graph, "fc2")["in_features"] == 8


def test_inserting_fills_in_sizes_from_the_edge_and_keeps_the_shape() -> None:
    graph = edit.insert("relu1 -> fc2", "Linear", name="extra").apply(MLP)
    assert settings(graph, "extra") == {"in_features": 6, "out_features": 6, "bias": True}
    assert {"relu1.y -> extra.x", "extra.y -> fc2.x"} <= wires(graph)
    wide = edit.insert("relu1 -> fc2", "Linear", out_features=20).apply(MLP)
    assert settings(wide, "fc2")["in_features"] == 20


def test_removing_heals_the_gap_and_sizes_follow() -> None:
    graph = edit.remove("fc1", "relu1").apply(MLP)
    assert wires(graph) == {"x.y -> fc2.x", "fc2.y -> output.x"}
    assert settings(graph, "fc2")["in_features"] == 8


def test_removing_leaves_a_gap_where_shapes_do_not_allow_to_heal() -> None:
    graph = chain(
        ("Input", "x", {"shape": (4,), "dtype": "int64"}),
        ("Embedding", "table", {"num_embeddings": 9, "embedding_dim": 4}),
        ("LSTM", "lstm", {"input_size": 4, "hidden_size": 3}),
        ("Output", "output", {}),
    )
    after = edit.remove("table").apply(graph)
    assert wires(after) == {"lstm.y -> output.x"}
    assert not after.check().ok
    assert after.check().at(port(after, "lstm.x")).title == "nothing leads into lstm.x"


def test_replacing_keeps_place_edges_and_settings_that_fit() -> None:
    graph = edit.replace("relu1", nn.GELU("tanh")).apply(MLP)
    node = graph.nodes[MLP.names["relu1"]]
    assert (node.kind, node.name, node.settings) == ("GELU", "gelu1", {"approximate": "tanh"})
    assert len(graph.edges) == len(MLP.edges)
    back = edit.replace("fc1", "LSTM").apply(MLP)
    assert settings(back, "fc1")["input_size"] == 64


def test_setting_a_width_takes_what_follows_along() -> None:
    graph = edit.set("fc1", out_features=16).apply(MLP)
    assert settings(graph, "fc1")["out_features"] == settings(graph, "fc2")["in_features"] == 16


def test_a_field_that_follows_from_the_input_cannot_be_set_against_it() -> None:
    with pytest.raises(GraphError, match="follows from its input") as error:
        edit.set("fc2", in_features=99).apply(MLP)
    assert (error.value.got, error.value.want) == ("99", "6")


@pytest.mark.parametrize(
    ("field", "value"),
    [("out_features", 0), ("out_features", -1), ("out_features", 1.5), ("out_features", "many"), ("out_features", True),
     ("out_features", None), ("bias", 3), ("out_features", 10**15), ("out_features", [1, 2]), ("nonsense", 1)],
)  # fmt: skip
def test_a_value_outside_its_field_is_refused_and_the_field_named(field: str, value: Any) -> None:
    with pytest.raises(GraphError, match=field):
        commands.SetField(MLP.names["fc1"], field, value).apply(MLP)


@pytest.mark.parametrize("name", ["", "1x", "class", "forward", "_x", "a b", "relu1", "parameters", "x" * 99])
def test_a_name_that_no_layer_can_have_is_refused_with_one_that_it_can(name: str) -> None:
    with pytest.raises(GraphError, match="cannot be named") as error:
        commands.Rename(MLP.names["fc1"], name).apply(MLP)
    free = error.value.hint.split("'")[1]
    assert free in commands.Rename(MLP.names["fc1"], free).apply(MLP).names


def test_grouping_nests_folds_and_is_taken_apart() -> None:
    graph = edit.group("fc1", "relu1", name="stem").apply(MLP)
    graph = edit.group("fc1", name="inner").apply(graph)
    inner = graph.by_name("fc1").group
    assert graph.groups[graph.groups[inner].parent].name == "stem"
    graph = edit.fold("stem").apply(graph)
    assert graph.groups[graph.groups[inner].parent].folded
    graph = edit.ungroup("stem").apply(graph)
    assert graph.groups[inner].parent is None
    assert edit.ungroup("inner").apply(graph) == MLP


def test_a_group_without_layers_disappears() -> None:
    graph = edit.group("relu1", name="lonely").apply(MLP)
    assert edit.remove("relu1").apply(graph).groups == {}


def test_duplicating_copies_edges_among_the_copies_and_feeds_them_from_outside() -> None:
    graph = edit.duplicate("fc1", "relu1").apply(MLP)
    assert {"x.y -> fc2.x"} & wires(graph) == set()
    copies = [name for name in graph.names if name not in MLP.names]
    assert len(copies) == 2
    assert wires(graph) - wires(MLP) == {"x.y -> fc3.x", "fc3.y -> relu2.x"}


def test_bypassing_a_layer_that_changes_the_shape_is_a_problem_that_names_ports() -> None:
    graph = edit.bypass("fc1").apply(MLP)
    problem = graph.check().at(port(graph, "fc2.x"))
    assert problem is not None
    assert problem.blocking
    assert problem.ports == (port(graph, "relu1.y"), port(graph, "fc2.x"))


@pytest.mark.parametrize(
    "command",
    [
        commands.RemoveNodes(("n99",)),
        commands.RemoveNodes(()),
        commands.Freeze("n99"),
        commands.Connect(PortRef("n99", "y"), PortRef("n2", "x")),
        commands.Connect(PortRef("n2", "x"), PortRef("n4", "x")),
        commands.Connect(PortRef("n5", "y"), PortRef("n4", "x")),
        commands.Disconnect(PortRef("n2", "nonsense")),
        commands.AddNode("Nonsense"),
        commands.AddNode("Closed"),
        commands.AddNode("Linear", {"nonsense": 1}),
        commands.AddNode("Linear", {}, None, None, "g99"),
        commands.InsertOnEdge(PortRef("n1", "x"), "ReLU"),
        commands.InsertOnEdge(PortRef("n2", "x"), "Output"),
        commands.ReplaceNode("n1", "Linear"),
        commands.Bypass("n1"),
        commands.Ungroup("g99"),
        commands.GroupNodes(("n2",), "  "),
        commands.Duplicate(("n1",)),
        commands.Share("n2", "n2"),
        commands.Share("n2", "n3"),
        commands.Share("n99", "n2"),
        commands.Unshare("n2"),
        commands.Move("n2", (float("nan"), 0.0)),
        commands.AddBranch(("n1",)),
        commands.AddBranch(("n2",)),
        commands.AddBranch(("n2",), (commands.BranchLayer("Output"),)),
        commands.AddBranch(("n2",), (commands.BranchLayer("Nonsense"),)),
        commands.AddBranch(("n2", "n4")),
        commands.Repeat(("n3",), 1),
        commands.Repeat(("n3",), 10**6),
        commands.Reinitialise("n3"),
        commands.Swap("n2", "n2"),
        commands.Swap("n1", "n2"),
        commands.Swap("n99", "n2"),
        commands.Reinitialise("n1"),
        commands.SetWidth("n3", 4),
        commands.SetWidth("n2", 0),
        commands.SetWidth("n99", 4),
        commands.PruneUnits("n2", ()),
        commands.PruneUnits("n2", (9,)),
        commands.PruneUnits("n2", tuple(range(6))),
    ],
    ids=repr,
)
def test_a_command_that_makes_no_sense_is_refused_in_words(command: Any) -> None:
    before = MLP.fingerprint
    with pytest.raises(GraphError) as error:
        command.apply(MLP)
    assert error.value.title
    assert MLP.fingerprint == before
    assert command.label(MLP)
    assert command.python(MLP).startswith("pg.edit.")


@pytest.mark.parametrize("struct", commands.AnyCommand.__args__, ids=lambda s: s.__name__)
def test_commands_are_tagged_on_the_wire_and_come_back_equal(struct: Any) -> None:
    values = {
        "kind": "ReLU", "settings": {}, "nodes": ("n2",), "node": "n2", "source": PortRef("n1", "y"), "value": 3,
        "target": PortRef("n2", "x"), "bypassed": True, "field": "bias", "name": "relu9", "frozen": True,
        "position": (1.0, 2.0), "group": 1 if struct is commands.SetOptimizer else "g1", "groups": ("g1", "g2"),
        "folded": True, "owner": "n4", "width": 12,
        "layers": (commands.BranchLayer("Linear", {"bias": False}),), "merge": "Concat", "times": 3,
        "other": "n3",
        "factor": 0.5, "batch_size": 4, "shuffle": True, "seed": 1, "drop_last": False, "every": "step",
        "keep": "first", "text": "why", "units": (1, 2),
        "commands": (commands.Rename("n2", "relu9"), commands.Bypass("n2", True)), "words": "two of them",
    }  # fmt: skip
    command = struct(**{name: values[name] for name in struct.__struct_fields__})
    wire = msgspec.json.encode(command)
    assert b'"type":"' in wire
    assert msgspec.json.decode(wire, type=commands.AnyCommand) == command


def test_an_edit_by_a_name_that_is_not_there_lists_the_names() -> None:
    with pytest.raises(GraphError, match="no layer named 'fc9'") as error:
        edit.remove("fc9").resolve(MLP)
    assert "fc1" in error.value.want
    with pytest.raises(GraphError, match="no edge leads from x to fc2"):
        edit.insert("x -> fc2", nn.ReLU()).resolve(MLP)
    with pytest.raises(GraphError, match="not in the catalogue"):
        edit.add(nn.Sequential())


def test_sizes_of_a_loop_by_hand_are_a_problem_not_an_error() -> None:
    looped = MLP.with_edge(commands.Connect(port(MLP, "fc2.y"), port(MLP, "fc1.x")) and _back())
    report = looped.check()
    assert any("lie on a loop" in problem.title for problem in report.problems)
    with pytest.raises(GraphError):
        report.require()


def _back() -> Any:
    from patchgrad.layergraph import Edge

    return Edge(port(MLP, "fc2.y"), port(MLP, "fc1.x"))
