"""Layers of the user's own: registered by decorator, then as any other."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.errors import GraphError, PatchgradError
from patchgrad.layergraph import LayerGraph, catalogue, edit, own
from patchgrad.protocol.kinds import palette_views

from .sample import MLP, X, port


@pytest.fixture(autouse=True)
def catalogue_as_it_was() -> Iterator[None]:
    kinds, own = dict(catalogue.KINDS), dict(catalogue.OWN)
    yield
    catalogue.KINDS.clear(), catalogue.KINDS.update(kinds)
    catalogue.OWN.clear(), catalogue.OWN.update(own)


def make_scale() -> Any:
    @pg.layer
    class Scale(nn.Module):
        """Multiplies each feature by a learned number."""

        def __init__(self, size: int, start: float = 1.0) -> None:
            super().__init__()
            self.size, self.start = size, start
            self.weight = nn.Parameter(pg.ones(size) * start)

        def forward(self, x: Any) -> Any:
            return x * self.weight

    return Scale


def test_a_registered_class_is_a_kind_with_fields_ports_and_source() -> None:
    make_scale()
    kind = catalogue.find("Scale")
    assert (kind.inputs, kind.family, kind.help) == (("x",), "own", "Multiplies each feature by a learned number.")
    assert kind.source({"size": 4, "start": 2.0}) == "Scale(4, start=2.0)"


def test_it_is_traced_inserted_built_and_checked_as_any_other() -> None:
    scale = make_scale()
    model = nn.Sequential(nn.Linear(8, 4), scale(4, 0.5))
    graph = LayerGraph.from_module(model, X)
    assert graph.by_name("scale1").settings == {"size": 4, "start": 0.5}
    assert graph.check().parameters[graph.by_name("scale1").uid] == 4
    inserted = edit.insert("relu1 -> fc2", scale(6, 2.0)).apply(MLP)
    assert inserted.check().ok
    assert inserted.build().scale1.weight.tolist() == [2.0] * 6


def test_what_was_known_of_an_earlier_definition_is_forgotten() -> None:
    def define(width: int) -> None:
        @pg.layer
        class Widens(nn.Module):
            def forward(self, x: Any) -> Any:
                return pg.cat([x] * width, 1)

    shapes: list[Any] = []
    for width in (2, 3):
        define(width)
        graph = edit.insert("fc2 -> output", "Widens", name="wide").apply(MLP)
        shapes.append(graph.check().shape(port(graph, "wide.y")))
    assert shapes == [("N", 6), ("N", 9)]


def test_defining_it_again_replaces_it() -> None:
    first, second = make_scale(), make_scale()
    assert catalogue.by_class().get(second).name == "Scale"
    assert first not in catalogue.by_class()


def test_a_class_that_cannot_be_one_is_refused_in_words() -> None:
    with pytest.raises(GraphError, match="name of a layer of patchgrad"):

        @pg.layer
        class Linear(nn.Module):
            def forward(self, x: Any) -> Any:
                return x

    with pytest.raises(GraphError, match="cannot be a layer of the palette") as error:

        @pg.layer
        class Odd(nn.Module):
            def __init__(self, table: dict) -> None:
                super().__init__()

            def forward(self, x: Any) -> Any:
                return x

    assert error.value.got == "argument table of type dict"


@pytest.mark.parametrize("problem", ["init", "forward"])
def test_one_that_raises_is_a_problem_of_its_node_not_a_crash(problem: str) -> None:
    @pg.layer
    class Broken(nn.Module):
        def __init__(self, size: int = 3) -> None:
            super().__init__()
            self.size = size
            if problem == "init":
                raise RuntimeError("no luck")

        def forward(self, x: Any) -> Any:
            raise RuntimeError("no luck")

    graph = edit.insert("relu1 -> fc2", "Broken").apply(MLP)
    [found] = [p for p in graph.check().problems if p.blocking]
    assert "RuntimeError: no luck" in found.title


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Defines a class in ``__main__``, as a cell does."""

    def define(cls: Any) -> Any:
        cls.__module__ = "__main__"
        monkeypatch.setattr(sys.modules["__main__"], cls.__name__, cls, raising=False)
        return cls

    return define


def test_a_class_of_the_notebook_is_offered_by_being_defined_and_entered_by_being_used(notebook: Any) -> None:
    class Halves(nn.Module):
        def __init__(self, size: int = 4, by: float = 0.5) -> None:
            super().__init__()
            self.size, self.by = size, by

        def forward(self, x: Any) -> Any:
            return x * self.by

    notebook(Halves)
    assert [(kind.name, list(kind.field_names)) for kind in own.offered()] == [("Halves", ["size", "by"])]
    assert "Halves" in {view.kind for view in palette_views()}
    assert "Halves" not in catalogue.KINDS
    graph = edit.insert("relu1 -> fc2", "Halves", by=0.25).apply(MLP)
    assert graph.check().ok
    assert graph.build().halves1.by == 0.25
    assert own.offered() == ()
    again = edit.insert("relu1 -> fc2", Halves(by=2.0)).apply(MLP)
    assert again.by_name("halves1").settings["by"] == 2.0


def untyped(self: Any, size) -> None:  # pyright: ignore[reportUnknownParameterType, reportMissingParameterType]
    nn.Module.__init__(self)


def unknown(self: Any, size: Nowhere) -> None:  # noqa: F821  # pyright: ignore[reportUndefinedVariable, reportUnknownParameterType]
    nn.Module.__init__(self)


def forgets(self: Any, size: int = 3) -> None:
    nn.Module.__init__(self)


@pytest.mark.parametrize(
    ("init", "words"), [(untyped, "without a type"), (unknown, "Nowhere"), (forgets, "no attribute size")]
)
def test_one_whose_arguments_cannot_be_read_says_how_to_write_it(notebook: Any, init: Any, words: str) -> None:
    cls = notebook(type("Odd", (nn.Module,), {"__init__": init, "forward": lambda self, x: x}))
    with pytest.raises(GraphError) as error:
        edit.insert("relu1 -> fc2", cls(3) if init is forgets else "Odd").apply(MLP)
    assert words in str(error.value)
    assert error.value.hint


def layer_that(fails: str) -> Any:
    class Fails(nn.Module):
        calls = 0

        def __init__(self, size: int = 3) -> None:
            super().__init__()
            self.size = size
            if fails == "init":
                raise RuntimeError("no luck")

        def forward(self, x: Any) -> Any:
            Fails.calls += 1
            if fails == "forward":
                raise RuntimeError("no luck")
            return x[:, : 1 + Fails.calls % 3] if fails == "shapes" else x

    return Fails


@pytest.mark.parametrize("fails", ["init", "forward", "shapes"])
def test_in_a_session_one_that_fails_is_refused_in_words_and_nothing_is_lost(notebook: Any, fails: str) -> None:
    notebook(layer_that(fails))
    model = nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 2))
    batches = [(pg.randn(5, 4), pg.randn(5, 2))] * 3
    session = pg.Session(model, batches, loss=nn.MSELoss(), optimizer=lambda p: optim.Adam(p, lr=1e-2))
    session.step(2)
    before = session.fingerprint()
    with pytest.raises(GraphError) as error:
        session.apply(edit.insert("tanh1 -> linear2", "Fails"))
    assert error.value.got or error.value.want or error.value.hint
    assert session.fingerprint() == before
    session.step(1)


def test_one_that_gives_other_shapes_only_later_stops_training_at_the_last_good_step(notebook: Any) -> None:
    class Later(nn.Module):
        broken = False

        def forward(self, x: Any) -> Any:
            return x[:, :2] if Later.broken else x

    notebook(Later)
    model = nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 2))
    batches = [(pg.randn(5, 4), pg.randn(5, 2))] * 3
    session = pg.Session(model, batches, loss=nn.MSELoss(), optimizer=lambda p: optim.Adam(p, lr=1e-2))
    session.apply(edit.insert("tanh1 -> linear2", Later))
    session.step(2)
    before, Later.broken = session.fingerprint(), True
    with pytest.raises(PatchgradError):
        session.step(1)
    assert session.fingerprint() == before
    session.apply(edit.remove("later1"))
    session.step(1)
