"""Layers of the user's own: registered by decorator, then as any other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import patchgrad as pg
from patchgrad import nn
from patchgrad.errors import GraphError
from patchgrad.layergraph import LayerGraph, catalogue, edit

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
