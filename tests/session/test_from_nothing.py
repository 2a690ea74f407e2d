"""A session of an empty layer graph waits for its layers, trains when they are there, and can be rewound to nothing."""

from __future__ import annotations

import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.layergraph.fragments import put_in
from patchgrad.layergraph.graph import LayerGraph, PortRef
from patchgrad.layergraph.templates import TEMPLATES


@pytest.fixture
def session():
    pg.manual_seed(0)
    loader = pg.data.DataLoader(pg.datasets.digits(), batch_size=32, shuffle=True, seed=0)
    made = pg.Session(LayerGraph(), loader, loss=nn.CrossEntropyLoss(), optimizer=lambda p: optim.Adam(p, lr=1e-2))
    yield made
    made.close()


def test_an_empty_graph_becomes_the_ends_that_the_data_ask_for_and_trains_once_it_has_layers(session):
    assert (session.state, [node.kind for node in session.graph.nodes.values()]) == ("idle", ["Input", "Output"])
    assert session.graph.check().specs[PortRef("n2", "x")].shape == ("N", 1, 8, 8)
    with pytest.raises(pg.errors.ArgumentError, match="last layer"):
        session.run(1, progress=False)
    session.apply(pg.edit.insert("x -> output", nn.Flatten()))  # one at a time, though the loss cannot be computed yet
    session.undo()
    nothing = session.fingerprint()
    session.apply(put_in(session.graph, TEMPLATES["MLP"][1].text, target=PortRef("n2", "x")))
    session.run(40, progress=False)
    assert session.loss < 1.0
    trained = session.fingerprint()
    session.undo()  # to where there were no weights yet
    with pytest.raises(pg.errors.ArgumentError, match="last layer"):
        session.step()
    session.redo()
    assert session.fingerprint() == trained
    session.rewind()
    assert session.fingerprint() == nothing


def test_an_optimizer_of_other_parameters_is_refused_in_words():
    other = optim.SGD(nn.Linear(2, 2).parameters(), lr=0.1)
    with pytest.raises(pg.errors.SessionError, match="lambda p"):
        pg.Session(LayerGraph(), [(pg.zeros(2, 3), pg.zeros(2))], loss=nn.MSELoss(), optimizer=other)
