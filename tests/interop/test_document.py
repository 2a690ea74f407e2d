"""`.patchgrad` files: what goes in comes out; what is damaged, hostile or foreign is refused."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import patchgrad as pg
from patchgrad import nn
from patchgrad.errors import DataError, GraphError, PatchgradError
from patchgrad.interop.document import parsed
from patchgrad.layergraph import LayerGraph
from patchgrad.layergraph.measure import evaluated
from tests.laws.graphs import graphs
from tests.session import models
from tests.zoo.models import ZOO
from tests.zoo.test_zoo import bits

OPEN = [name for name, (_, _, closed) in ZOO.items() if not closed]


@pytest.mark.parametrize("name", OPEN)
def test_a_network_with_its_weights_comes_back_with_the_same_bits(name: str, tmp_path: Path) -> None:
    cls, example, _ = ZOO[name]
    batch = example()
    module = LayerGraph.from_module(cls(), *batch).build()
    pg.save(module, tmp_path / "net.patchgrad")
    found = pg.load(tmp_path / "net.patchgrad")
    assert found.graph == module.graph
    assert bits(evaluated(found.build(), batch)) == bits(evaluated(module, batch))


@settings(max_examples=30)
@given(graph=graphs())
def test_a_graph_comes_back_equal_and_gives_out_new_uids(tmp_path_factory: Any, graph: LayerGraph) -> None:
    file = tmp_path_factory.mktemp("graphs") / "net.patchgrad"
    pg.save(graph, file)
    back = pg.load(file).graph
    assert back == graph
    assert back.fresh_uid() not in back.nodes


def test_a_session_is_saved_and_opened_and_learns_on(tmp_path: Path) -> None:
    session = models.session()
    session.run(4, progress=False)
    session.save(tmp_path / "net.patchgrad")
    again = pg.Session.open(tmp_path / "net.patchgrad", models.batches())
    x = models.batches()[0][0]
    assert bits(evaluated(again.model, (x,))) == bits(evaluated(session.model, (x,)))
    assert type(again.optimizer).__name__ == "Adam"
    assert again.optimizer.param_groups[0]["lr"] == 1e-2
    again.run(2, progress=False)


def test_a_file_without_weights_is_small_and_its_network_fresh(tmp_path: Path) -> None:
    session = models.session()
    session.save(tmp_path / "with.patchgrad")
    session.save(tmp_path / "without.patchgrad", weights=False)
    assert (tmp_path / "without.patchgrad").stat().st_size < (tmp_path / "with.patchgrad").stat().st_size
    assert not pg.load(tmp_path / "without.patchgrad").weights
    pg.load(tmp_path / "without.patchgrad").build()


def test_a_closed_module_is_refused_with_what_to_do(tmp_path: Path) -> None:
    class Looks(nn.Module):
        def forward(self, x: Any) -> Any:
            return x * 2 if float(x.sum()) > 0 else x

    graph = LayerGraph.from_module(Looks(), pg.ones(2, 3))
    with pytest.raises(GraphError, match="closed module") as caught:
        pg.save(graph, tmp_path / "net.patchgrad")
    assert "@pg.layer" in caught.value.hint
    assert not list(tmp_path.iterdir())
    with pytest.raises(PatchgradError, match="holds a layer graph"):
        pg.save({"a": pg.ones(2)}, tmp_path / "net.patchgrad")


def text() -> bytes:
    graph = LayerGraph.from_module(nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)), pg.ones(2, 3))
    with TemporaryDirectory() as folder:
        pg.save(graph.build(), Path(folder) / "net.patchgrad")
        return (Path(folder) / "net.patchgrad").read_bytes()


GOOD = text()


@settings(max_examples=200)
@given(st.data())
def test_damage_anywhere_is_refused_or_harmless(data: Any) -> None:
    at = data.draw(st.integers(0, len(GOOD) - 1))
    cut = GOOD[:at] if data.draw(st.booleans()) else GOOD[:at] + data.draw(st.binary(max_size=4)) + GOOD[at + 1 :]
    with suppress(PatchgradError):
        parsed(cut).build()


def changed(**changes: Any) -> bytes:
    return json.dumps(json.loads(GOOD) | changes).encode()


def node(**changes: Any) -> bytes:
    nodes = json.loads(GOOD)["nodes"]
    nodes[1] |= changes
    return changed(nodes=nodes)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no .patchgrad file"),
        (b"[1, 2]", "no .patchgrad file"),
        (b"[" * 100_000, "no .patchgrad file"),
        (changed(patchgrad=2), "cannot read"),
        (changed(patchgrad="x"), "no .patchgrad file"),
        (changed(run="import os"), "damaged"),
        (node(kind="os.system"), "os.system"),
        (node(kind="Closed"), "cannot hold"),
        (node(name="__class__ = 1"), "cannot hold"),
        (node(settings={"in_features": "3; import os"}), "in_features"),
        (node(settings={"in_features": 10**12}), "in_features"),
        (node(group="g9"), "g9"),
        (node(shares="n9"), "n9"),
        (changed(edges=[["n1", "y", "n2", "nowhere"]]), "not there"),
        (changed(groups=[{"uid": "g1", "name": "a", "parent": "g1"}]), "inside itself"),
        (changed(arrays="!!!"), "damaged"),
        (changed(arrays="AAAA"), ""),
    ],
)
def test_what_is_damaged_hostile_or_foreign_is_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises((DataError, GraphError)) as caught:
        parsed(content)
    assert words in str(caught.value)


def test_weights_of_another_shape_or_none_at_all_are_refused() -> None:
    with pytest.raises(DataError, match="lacks an array"):
        parsed(changed(arrays="")).build()
    with pytest.raises(PatchgradError):
        parsed(node(settings={"in_features": 3, "out_features": 5, "bias": True})).build()
