"""To try an edit, to measure it, to look: whatever layer there is, no parameter, buffer or random stream changes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.layergraph import LayerGraph, commands
from patchgrad.layergraph.kind import LayerKind
from patchgrad.session import Session

from ..laws.graphs import bits, layer_state
from .test_catalogue import batch_for, every_layer, graph_of


class Counting(nn.Module):
    """A layer of the user's that writes into its own weight and into a buffer, in whatever mode."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(pg.ones(8))
        self.register_buffer("seen", pg.zeros(1))

    def forward(self, x: Any) -> Any:
        with pg.no_grad():
            self.weight *= 0.5
            self.seen += 1.0
        return x * self.weight if x.sum() > -1e9 else x


OWN: dict[str, Callable[[], nn.Module]] = {
    "class of the user's": Counting,
    "spectral norm": lambda: nn.utils.parametrizations.spectral_norm(nn.Linear(8, 8)),
    "spectral norm by hooks": lambda: nn.utils.spectral_norm(nn.Linear(8, 8)),
    "weight norm": lambda: nn.utils.parametrizations.weight_norm(nn.Linear(8, 8)),
}


def power(output: Any, _target: Any) -> Any:
    first = output[0] if isinstance(output, tuple) else output
    return first.tanh().square().mean()


def state_of(session: Session) -> list[Any]:
    """All bits of the layers, and of the slots of their parameters."""
    slots = [bits(value) for p in session.model.parameters() for value in session.optimizer.slots(p).values()]
    return [layer_state(session.model), slots, session.fingerprint()]


def looked_at(session: Session) -> None:
    """Edits that measure, try and refuse; quantities on request; findings."""
    end = session.graph.of_kind("Output")[0]
    first = session.graph.node(session.graph.edges_into(end.uid)[0].source.node)
    session.apply(pg.edit.add("Linear", in_features=8, out_features=3))
    session.undo()
    port = session.graph.edges_into(end.uid)[0].target
    session.apply(commands.InsertOnEdge(port, "Identity", {}))
    session.undo()
    session.apply(commands.Rename(first.uid, "other"))
    session.undo()
    for wrong in (commands.Rename(first.uid, "no name"), commands.SetField(first.uid, "no_field", 1)):
        with pytest.raises(pg.errors.PatchgradError):
            session.apply(wrong)
    with suppress(pg.errors.GradError):  # what nothing learned leads to has no curvature
        session.ask("largest_eigenvalue")
    session.findings()


def a_session(model: Any, batch: Any) -> Session:
    made = Session(model, [(batch, pg.tensor([0.0]))] * 4, loss=power, optimizer=lambda p: optim.Adam(p, lr=1e-2))
    made.step()
    return made


@every_layer
def test_trying_and_measuring_edits_leaves_every_layer_bitwise_as_it_was(kind: LayerKind) -> None:
    graph = graph_of(kind)
    spare = commands.AddNode("Linear", {"in_features": 8, "out_features": 3}).apply(graph)  # that there is a weight
    session = a_session(spare, batch_for(graph))
    before = state_of(session)
    looked_at(session)
    assert state_of(session) == before


@pytest.mark.parametrize("kind", ["Embedding", "EmbeddingBag"])
def test_a_table_that_shortens_its_rows_is_not_shortened_by_an_edit(kind: str) -> None:
    graph = LayerGraph.from_module(nn.Sequential(getattr(nn, kind)(10, 8, max_norm=0.5), nn.Linear(8, 2)), ids())
    session = a_session(graph, ids())
    for parameter in session.model.parameters():
        parameter.data[...] *= 3  # longer than max_norm again: the next forward pass shortens them
    before = state_of(session)
    looked_at(session)
    assert state_of(session) == before
    session.step()
    assert state_of(session) != before


def ids() -> Any:
    return pg.tensor([[1, 2, 3, 0, 9]] * 3)


@pytest.mark.parametrize("name", OWN)
def test_layers_that_write_as_they_compute_are_protected_too(name: str) -> None:
    x = pg.tensor(pg.backend.random.default_stream().normal((4, 8)))
    session = a_session(nn.Sequential(nn.BatchNorm1d(8), OWN[name](), nn.Linear(8, 2)), x)
    before = state_of(session)
    looked_at(session)
    assert state_of(session) == before
