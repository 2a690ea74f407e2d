"""Law 10. Diagram and code are one: tracing the written class gives the same graph, and the same outputs bitwise."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patchgrad.errors import PatchgradError
from patchgrad.layergraph import LayerGraph, commands, edit
from patchgrad.layergraph.flow import edges_read, live, passes
from patchgrad.layergraph.measure import evaluated
from patchgrad.layergraph.probe import parameter_count
from patchgrad.layergraph.repeats import repeats, written_names
from patchgrad.layergraph.walk import topological
from tests.layergraph.sample import chain

from .graphs import Run, graphs, random_command


def written(source: str) -> Any:
    """An instance of the class that a source text defines."""
    names: dict[str, Any] = {}
    exec(compile(source, "<written>", "exec"), names)
    return names["Model"]()


def meaning(graph: LayerGraph) -> Any:
    """What code can say of a graph: layers by name, and what each that is called reads, past layers that are not.

    Uids, positions, groups, names of Outputs and the shape they must have are not part of it, nor whether a key that
    is the query has an edge of its own, nor which of the places that call one layer is drawn as its home.
    """
    needed = live(graph)
    called = {uid for uid in needed if not passes(graph, graph.nodes[uid])}
    layers = {
        node.name: (node.kind, dict(node.settings), node.frozen and parameter_count(node.key) > 0)
        for node in graph.nodes.values()
        if node.kind != "Output" and node.shares is None
    }
    reads = {
        (named(graph, edge.target.node), edge.target.port): origin(graph, edge.source)
        for edge in graph.edges
        if edge.target.node in called
    }
    for node in graph.of_kind("MultiheadAttention"):
        query, key, value = (reads.get((named(graph, node.uid), port)) for port in ("query", "key", "value"))
        if value == (key or query):
            reads.pop((named(graph, node.uid), "value"), None)
        if key == query:
            reads.pop((named(graph, node.uid), "key"), None)
    return layers, reads


def as_written(graph: LayerGraph) -> LayerGraph:
    """The graph with the names that its layers have in the written class, where ``blocks.0.fc`` is in a loop."""
    for name, path in written_names(graph).items():
        graph = graph.changed(graph.names[name], name=path.replace(".", "_")) if name != path else graph
    return graph


def named(graph: LayerGraph, uid: str) -> str:
    node = graph.nodes[uid]
    outputs = [other.uid for other in graph.of_kind("Output")]
    owner = graph.owner(uid)
    at = places(graph, owner).index(uid)
    return (
        f"{graph.nodes[owner].name} call {at}"
        if at
        else graph.nodes[owner].name
        if node.kind != "Output"
        else f"output {outputs.index(uid)}"
    )


def places(graph: LayerGraph, owner: str) -> list[str]:
    """The nodes that call a layer, in the order of the calls; those that code does not call come last."""
    order, needed = topological(graph), live(graph)
    called = {uid for uid in needed if not passes(graph, graph.nodes[uid])}
    return sorted((owner, *graph.sharers(owner)), key=lambda uid: (uid not in called, order.index(uid)))


def origin(graph: LayerGraph, port: Any) -> tuple[str, str]:
    """Name and port of the layer that a value really comes from."""
    node = graph.nodes[port.node]
    if not passes(graph, node):
        return named(graph, node.uid), port.port
    return origin(graph, edges_read(graph, node)[0].source)


@settings(max_examples=250)
@given(graphs(most=10), st.integers(0, 2**32 - 1))
def test_the_written_class_traces_to_the_same_graph_and_computes_the_same_bits(graph: LayerGraph, seed: int) -> None:
    run, rng = Run(graph), random.Random(seed)
    for _ in range(rng.randint(0, 6)):
        try:
            run.apply(random_command(run.graph, rng))
        except PatchgradError:
            continue
    run.step()
    source = run.graph.to_source()
    model = written(source)
    model.load_state_dict(run.module.source_state())
    traced = LayerGraph.from_module(model, *run.batch())
    assert meaning(traced) == meaning(as_written(run.graph)), source
    expected = evaluated(run.module, run.batch())
    assert same_bits(evaluated(model, run.batch()), expected), source
    assert same_bits(evaluated(traced.build(), run.batch()), expected), source


LOOPS: dict[str, Any] = {
    "of a group that was repeated": [edit.group("fc2", "tanh2", name="Step"), edit.repeat("fc2", "tanh2", times=3)],
    "of groups of a block that was repeated": [
        edit.branch(["fc2", "tanh2"]), edit.group("fc2", "tanh2", "add1", name="Block 1"),
        edit.group("fc2", "tanh2", name="inner"), edit.repeat("fc2", "tanh2", "add1", times=2),
    ],
    "whose start others read too": [
        edit.group("fc2", "tanh2", name="steps"), edit.repeat("fc2", "tanh2", times=4),
        edit.branch(["fc2", "tanh2", "fc4", "tanh3", "fc5", "tanh4", "fc6", "tanh5"]),
    ],
    "that takes a value from outside at each turn": [
        edit.insert("tanh2 -> fc3", "Add"), edit.connect("fc1", "add1.b"),
        edit.group("fc2", "tanh2", "add1", name="turns.7"), edit.insert("add1 -> fc3", "Linear", name="fc4"),
        edit.insert("fc4 -> fc3", "Tanh"), edit.insert("tanh3 -> fc3", "Add", name="add2"),
        edit.connect("fc1", "add2.b"), edit.group("fc4", "tanh3", "add2", name="turns.8"),
    ],
    "of frozen layers, where its name is taken": [
        edit.group("fc2", "tanh2", name="fc1"), edit.freeze("fc2"), edit.repeat("fc2", "tanh2", times=2),
    ],
}  # fmt: skip


@pytest.mark.parametrize("what", LOOPS)
def test_groups_that_follow_each_other_are_written_as_a_loop(what: str) -> None:
    layers = [("Linear", f"fc{n}", {"in_features": 4, "out_features": 4}) for n in (1, 2, 3)]
    graph = chain(
        ("Input", "x", {"shape": (4,)}), layers[0], ("Tanh", "tanh1", {}), layers[1], ("Tanh", "tanh2", {}), layers[2],
        ("Output", "output", {}),
    )  # fmt: skip
    run = Run(graph)
    for command in LOOPS[what]:
        run.apply(command)
    run.step()
    assert len(repeats(run.graph)) == 1
    source = run.graph.to_source()
    assert source.count("for ") == 2, source  # one in the list of pieces
    model = written(source)
    model.load_state_dict(run.module.source_state())
    traced = LayerGraph.from_module(model, *run.batch())
    assert meaning(traced) == meaning(as_written(run.graph)), source
    assert same_bits(evaluated(model, run.batch()), evaluated(run.module, run.batch())), source
    flat = written(run.graph.to_source(loops=False))
    flat.load_state_dict(run.module.state_dict())
    assert meaning(LayerGraph.from_module(flat, *run.batch())) == meaning(run.graph)


@settings(max_examples=100)
@given(graphs())
def test_a_module_that_was_built_from_a_graph_gives_it_back_with_its_layers(graph: LayerGraph) -> None:
    run = Run(graph)
    run.step()
    again = LayerGraph.from_module(run.module)
    assert again == graph
    assert again.build().layers == run.module.layers


@settings(max_examples=200)
@given(graphs(), st.integers(0, 2**32 - 1))
def test_the_python_twin_of_an_edit_is_the_edit(graph: LayerGraph, seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(6):
        command = random_command(graph, rng)
        try:
            after = command.apply(graph)
        except PatchgradError:
            continue
        twin = replayed(command, graph)
        assert twin == after, command.python(graph)
        graph = after if after.nodes else graph


def replayed(command: commands.Command, graph: LayerGraph) -> LayerGraph:
    """The graph after running the Python twin of a command."""
    import patchgrad as pg

    return eval(command.python(graph), {"pg": pg, "nn": pg.nn, "inf": float("inf")}).apply(graph)


def same_bits(a: Any, b: Any) -> bool:
    a, b = (value if isinstance(value, tuple) else (value,) for value in (a, b))
    return [y.numpy(force=True).tobytes() for y in a] == [y.numpy(force=True).tobytes() for y in b]
